// What the MIME fields of a header say of the body, with the defaults of RFC 2045 and 2046 filled in.

/// The MIME fields of one entity.
struct MIMEFields: Sendable {
    var mediaType = "text"
    var subtype = "plain"
    var parameters: [Parameter] = [MIMEFields.defaultCharset]
    var id: [UInt8]?
    var description: [UInt8]?
    var encoding = "7bit"
    var md5: [UInt8]?
    var disposition: Disposition?
    var language: [[UInt8]] = []
    var location: [UInt8]?

    /// RFC 2045 5.2.
    private static let defaultCharset = Parameter(name: "charset", value: Array("us-ascii".utf8))

    /// The fields of an entity whose header says nothing.
    init() {}

    /// - Parameter isInDigest: whether the type defaults to message/rfc822 (RFC 2046 5.1.5).
    init(_ values: FieldValues, isInDigest: Bool, limits: MessageLimits) {
        if let value = values[.contentType], readType(value, limits: limits) {
            // RFC 2046 4.1.2 names us-ascii as the default of text/plain; other text types have their own.
            if mediaType == "text", subtype == "plain", !parameters.contains(where: { $0.name == "charset" }) {
                parameters.append(Self.defaultCharset)
            }
        } else if isInDigest {
            (mediaType, subtype, parameters) = ("message", "rfc822", [])
        }
        if let value = values[.contentTransferEncoding] { readEncoding(value) }
        id = values[.contentID]
        description = values[.contentDescription]
        md5 = values[.contentMD5]
        disposition = values[.contentDisposition].flatMap { Disposition($0, limits: limits) }
        if let value = values[.contentLanguage] { readLanguage(value, limit: limits.parameters) }
        location = values[.contentLocation]
    }

    var isMultipart: Bool { mediaType == "multipart" }

    /// Whether the type is that of an embedded message: message/rfc822 or message/global (RFC 6532 3.7).
    var isEmbeddedMessage: Bool { mediaType == "message" && (subtype == "rfc822" || subtype == "global") }

    /// Whether the body is not encoded.
    var isIdentityEncoded: Bool { TransferEncoding(encoding) == .identity }

    /// The boundary of a multipart, nil when there is none or it is empty. White space at its end cannot be meant: RFC
    /// 2046 5.1.1 forbids it, and gateways add some to boundary lines.
    var boundary: [UInt8]? {
        guard var value = parameters.first(where: { $0.name == "boundary" })?.value else { return nil }
        while value.last?.isWhitespace == true { value.removeLast() }
        return value.isEmpty ? nil : value
    }

    /// Makes a composite type that is not looked into application/octet-stream: IMAP has no form for a multipart or a
    /// message that is a leaf (RFC 9051 9, body-type-1part), and this is what RFC 2045 6.4 makes of a body that cannot
    /// be decoded. The parameters stay, among them perhaps a file name.
    mutating func makeOpaque() {
        (mediaType, subtype) = ("application", "octet-stream")
    }

    /// Reads a Content-Type; tells whether it is one. A malformed one counts as absent (RFC 2045 5.2).
    ///
    ///     content = "Content-Type" ":" type "/" subtype *(";" parameter)        RFC 2045 5.1
    private mutating func readType(_ value: [UInt8], limits: MessageLimits) -> Bool {
        var lexer = HeaderLexer(value)
        lexer.skipCFWS()
        let type = lexer.readToken()
        lexer.skipCFWS()
        guard !type.isEmpty, lexer.skip(ASCII.slash) else { return false }
        lexer.skipCFWS()
        let subtype = lexer.readToken()
        guard !subtype.isEmpty else { return false }
        mediaType = String(lowercasing: type)
        self.subtype = String(lowercasing: subtype)
        parameters = Parameter.list(&lexer, limit: limits.parameters)
        return true
    }

    /// Reads a Content-Transfer-Encoding (RFC 2045 6.1); an empty or malformed one counts as absent.
    private mutating func readEncoding(_ value: [UInt8]) {
        var lexer = HeaderLexer(value)
        lexer.skipCFWS()
        let token = lexer.readToken()
        if !token.isEmpty { encoding = String(lowercasing: token) }
    }

    /// Reads a Content-Language: tags between commas (RFC 3282 2).
    private mutating func readLanguage(_ value: [UInt8], limit: Int) {
        var lexer = HeaderLexer(value)
        while language.count < limit {
            lexer.skipCFWS()
            let tag = lexer.readToken()
            if !tag.isEmpty { language.append(Array(tag)) }
            lexer.skip { $0 == ASCII.comma }
            guard lexer.skip(ASCII.comma) else { break }
        }
    }
}
