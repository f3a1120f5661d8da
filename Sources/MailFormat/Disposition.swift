// How a body part asks to be presented.

/// The Content-Disposition of a body part (RFC 2183).
package struct Disposition: Sendable, Equatable {
    /// "inline", "attachment" or an extension, in lower case.
    package var kind: String
    /// The parameters in their order.
    package var parameters: [Parameter]

    package init(kind: String, parameters: [Parameter]) {
        self.kind = kind
        self.parameters = parameters
    }

    /// Reads a field value; nil when it names no disposition.
    ///
    ///     disposition = "Content-Disposition" ":" disposition-type *(";" disposition-parm)     RFC 2183 2
    init?(_ value: [UInt8], limits: MessageLimits) {
        var lexer = HeaderLexer(value)
        lexer.skipCFWS()
        let kind = lexer.readToken()
        guard !kind.isEmpty else { return nil }
        self.kind = String(lowercasing: kind)
        parameters = Parameter.list(&lexer, limit: limits.parameters)
    }
}
