// Paths, addresses, domains.

extension Cursor {
    /// Longest path in bytes with its brackets. RFC 5321 section 4.5.3.1 lets a server refuse more than 256; addresses
    /// rewritten for forwarding (SRS, VERP) are longer in practice.
    static let longestPath = 1_024

    /// `Reverse-path = Path / "<>"`.
    mutating func reversePath() throws(CommandError) -> ReversePath {
        let start = offset
        guard take("<") else { throw error(.badPath("Path must stand in angle brackets")) }
        if take(">") { return .null }
        let address = try restOfPath(from: start)
        return .address(address)
    }

    /// `"<Postmaster>" / Forward-path`.
    mutating func forwardPath() throws(CommandError) -> ForwardPath {
        let start = offset
        if take(word: "<postmaster>") { return .postmaster }
        guard take("<") else { throw error(.badPath("Path must stand in angle brackets")) }
        return .address(try restOfPath(from: start))
    }

    ///     Path  = "<" [ A-d-l ":" ] Mailbox ">"
    ///     A-d-l = At-domain *( "," At-domain )
    private mutating func restOfPath(from start: Int) throws(CommandError) -> Address {
        if next == UInt8(ascii: "@") {
            repeat {
                guard take("@") else { throw error(.badPath("Bad source route")) }
                _ = try domain()
            } while take(",")
            guard take(":") else { throw error(.badPath("Bad source route")) }
        }
        let address = try address()
        guard take(">") else { throw error(.badPath("Bad address")) }
        guard offset - start <= Self.longestPath else { throw error(.badPath("Path too long")) }
        return address
    }

    /// `Mailbox = Local-part "@" ( Domain / address-literal )`.
    mutating func address() throws(CommandError) -> Address {
        let localPart = next == UInt8(ascii: "\"") ? try quotedString() : try dotString()
        guard take("@") else { throw error(.badPath("Address has no domain")) }
        return Address(localPart: localPart, domain: try domainOrLiteral())
    }

    /// `Domain / address-literal`.
    mutating func domainOrLiteral() throws(CommandError) -> Domain {
        next == UInt8(ascii: "[") ? .literal(try addressLiteral()) : .name(try domain())
    }

    /// `Dot-string = Atom *("." Atom)`.
    private mutating func dotString() throws(CommandError) -> String {
        let start = offset
        let run = take { CharacterClass.isAtomText($0) || $0 == UInt8(ascii: ".") }
        let atoms = run.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard atoms.allSatisfy({ !$0.isEmpty }) else {
            throw CommandError(.badPath("Bad local part"), offset: start)
        }
        return try text(run, at: start)
    }

    ///     Quoted-string = DQUOTE *QcontentSMTP DQUOTE
    ///     QcontentSMTP  = qtextSMTP / "\" %d32-126
    private mutating func quotedString() throws(CommandError) -> String {
        let start = offset
        var content: [UInt8] = []
        guard take("\"") else { throw error(.badPath("Bad local part")) }
        while true {
            content += take(while: CharacterClass.isQuotedText)
            if take("\"") { break }
            guard take("\\"), let byte = takeAny(), (0x20...0x7E).contains(byte) else {
                throw error(.badPath("Bad quoted local part"))
            }
            content.append(byte)
        }
        // RFC 5321 lets the quotes be empty; no account has such a name, and nothing could answer to it.
        guard !content.isEmpty else { throw error(.badPath("Empty local part")) }
        return try text(content[...], at: start)
    }

    ///     Domain     = sub-domain *("." sub-domain)
    ///     sub-domain = Let-dig [Ldh-str]
    mutating func domain() throws(CommandError) -> String {
        let start = offset
        let run = take { CharacterClass.isLabelText($0) || $0 == UInt8(ascii: ".") }
        let labels = run.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        let hyphen = UInt8(ascii: "-")
        guard run.count <= Domain.longestName,
            labels.allSatisfy({ (1...63).contains($0.count) && $0.first != hyphen && $0.last != hyphen })
        else {
            throw CommandError(.badPath("Bad domain"), offset: start)
        }
        return try text(run, at: start)
    }

    private func text(_ bytes: ArraySlice<UInt8>, at start: Int) throws(CommandError) -> String {
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw CommandError(.badPath("Address is not UTF-8"), offset: start)
        }
        return text
    }
}
