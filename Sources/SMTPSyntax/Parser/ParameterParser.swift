// The parameters of MAIL and RCPT.

/// One `esmtp-param = esmtp-keyword ["=" esmtp-value]` (RFC 5321 section 4.1.2).
struct Parameter {
    /// In upper case.
    let keyword: String
    let value: ArraySlice<UInt8>?
    let offset: Int

    /// The value of a parameter that must have one.
    func requiredValue() throws(CommandError) -> ArraySlice<UInt8> {
        guard let value else { throw bad("\(keyword) needs a value") }
        return value
    }

    func bad(_ what: String) -> CommandError { CommandError(.badParameter(what), offset: offset) }
}

extension Cursor {
    /// `*(SP esmtp-param)` to the end of the line; no keyword twice.
    mutating func parameters() throws(CommandError) -> [Parameter] {
        var parameters: [Parameter] = []
        while !isAtEnd {
            guard take(" ") else { throw error(.badArgument("Space expected after the path")) }
            skipSpaces()
            if isAtEnd { break }
            let start = offset
            let keyword = take { CharacterClass.isAlphanumeric($0) || $0 == UInt8(ascii: "-") }
            guard let first = keyword.first, CharacterClass.isAlphanumeric(first) else {
                throw error(.badArgument("Bad parameter"))
            }
            let name = String(decoding: keyword, as: UTF8.self).uppercased()
            var value: ArraySlice<UInt8>?
            if take("=") {
                // RFC 4954 section 5 has AUTH=<> and RFC 3461 encodes "=", so the value's own grammar suffices.
                let bytes = take(while: CharacterClass.isParameterValue)
                guard !bytes.isEmpty else { throw error(.badParameter("\(name) needs a value")) }
                value = bytes
            }
            let parameter = Parameter(keyword: name, value: value, offset: start)
            guard !parameters.contains(where: { $0.keyword == name }) else {
                throw parameter.bad("\(name) given twice")
            }
            parameters.append(parameter)
        }
        return parameters
    }
}

extension MailParameters {
    /// Takes what the offered extensions define and refuses the rest.
    init(_ parameters: [Parameter], offered: Set<ServiceExtension>) throws(CommandError) {
        self.init()
        for parameter in parameters {
            switch parameter.keyword {
            case "SIZE" where offered.contains(.size):
                // size-value = 1*20DIGIT (RFC 1870 section 4)
                guard let size = decimal(try parameter.requiredValue()) else { throw parameter.bad("Bad SIZE") }
                self.size = size
            case "BODY" where offered.contains(.eightBitMIME):
                body = try bodyType(parameter)
            case "SMTPUTF8" where offered.contains(.smtpUTF8):
                guard parameter.value == nil else { throw parameter.bad("SMTPUTF8 takes no value") }
                smtpUTF8 = true
            case "AUTH" where offered.contains(.auth):
                submitter = try submitter(parameter)
            case "RET" where offered.contains(.dsn):
                let value = String(decoding: try parameter.requiredValue(), as: UTF8.self).uppercased()
                guard let content = ReturnContent(rawValue: value) else { throw parameter.bad("Bad RET") }
                returnContent = content
            case "ENVID" where offered.contains(.dsn):
                let value = try parameter.requiredValue()
                guard value.count <= 100, let id = decodeXText(value) else { throw parameter.bad("Bad ENVID") }
                envelopeID = id
            default:
                throw CommandError(.unknownParameter, offset: parameter.offset)
            }
        }
    }

    private func bodyType(_ parameter: Parameter) throws(CommandError) -> BodyType {
        let value = String(decoding: try parameter.requiredValue(), as: UTF8.self).uppercased()
        if let type = BodyType(rawValue: value) { return type }
        guard value == "BINARYMIME" else { throw parameter.bad("Bad BODY") }
        throw CommandError(.unsupportedValue("BINARYMIME is not offered"), offset: parameter.offset)
    }

    private func submitter(_ parameter: Parameter) throws(CommandError) -> Submitter {
        guard let text = decodeXText(try parameter.requiredValue()) else { throw parameter.bad("Bad AUTH") }
        if text == "<>" { return .unknown }
        var cursor = Cursor(Array(text.utf8))
        let address = try? cursor.address()
        guard let address, cursor.isAtEnd else { throw parameter.bad("Bad AUTH") }
        return .address(address)
    }
}

extension RecipientParameters {
    /// Takes what the offered extensions define and refuses the rest.
    init(_ parameters: [Parameter], offered: Set<ServiceExtension>) throws(CommandError) {
        self.init()
        for parameter in parameters {
            switch parameter.keyword {
            case "NOTIFY" where offered.contains(.dsn):
                guard let notify = NotifyCondition(value: try parameter.requiredValue()) else {
                    throw parameter.bad("Bad NOTIFY")
                }
                self.notify = notify
            case "ORCPT" where offered.contains(.dsn):
                guard let original = OriginalRecipient(value: try parameter.requiredValue()) else {
                    throw parameter.bad("Bad ORCPT")
                }
                originalRecipient = original
            default:
                throw CommandError(.unknownParameter, offset: parameter.offset)
            }
        }
    }
}

extension NotifyCondition {
    /// `notify-esmtp-value = "NEVER" / 1#("SUCCESS" / "FAILURE" / "DELAY")` (RFC 3461 section 4.1).
    fileprivate init?(value: ArraySlice<UInt8>) {
        let text = String(decoding: value, as: UTF8.self).uppercased()
        self = []
        if text == "NEVER" { return }
        for word in text.split(separator: ",", omittingEmptySubsequences: false) {
            switch word {
            case "SUCCESS": insert(.success)
            case "FAILURE": insert(.failure)
            case "DELAY": insert(.delay)
            default: return nil
            }
        }
    }
}

extension OriginalRecipient {
    /// `original-recipient-address = addr-type ";" xtext`, at most 500 characters (RFC 3461 section 4.2).
    fileprivate init?(value: ArraySlice<UInt8>) {
        guard value.count <= 500, let semicolon = value.firstIndex(of: UInt8(ascii: ";")) else { return nil }
        let type = value[..<semicolon]
        guard !type.isEmpty, type.allSatisfy({ CharacterClass.isAtomText($0) && $0 < 0x80 }),
            let address = decodeXText(value[(semicolon + 1)...]), !address.isEmpty
        else { return nil }
        self.init(addressType: String(decoding: type, as: UTF8.self), address: address)
    }
}

/// `1*20DIGIT` as a number that fits; nil otherwise.
func decimal(_ digits: ArraySlice<UInt8>) -> UInt64? {
    guard (1...20).contains(digits.count), digits.allSatisfy(CharacterClass.isDigit) else { return nil }
    return UInt64(String(decoding: digits, as: UTF8.self))
}
