// What an HTTP status and the XML beside it mean.

import XMLSyntax

/// An answer other than 2xx.
struct S3Refusal: Sendable {
    let status: Int
    /// `Code` and `Message` of the XML body, where there is one (HEAD has none).
    let code: String?
    let message: String

    init(status: Int, body: [UInt8]) {
        let root = try? AnswerDocument.parse(body)
        self.init(status: status, document: root?.name.local == "Error" ? root : nil)
    }

    init(status: Int, document: XMLElement?) {
        self.status = status
        code = document?.text(of: "Code").map { Self.printable($0, limit: 64) }
        message = Self.printable(document?.text(of: "Message") ?? "HTTP status \(status)", limit: 256)
    }

    /// The server may well do it the next time.
    var isTemporary: Bool {
        switch status {
        case 429, 500...599: status != 501 && status != 505
        // 400 RequestTimeout: the server gave up waiting for the body. InternalError and SlowDown may come inside a 200.
        default: ["RequestTimeout", "InternalError", "SlowDown", "ServiceUnavailable"].contains(code ?? "")
        }
    }

    func error(_ operation: S3Operation) -> S3Error {
        let kind: S3Error.Kind =
            switch status {
            case _ where isTemporary: .unavailable
            case 404: .notFound
            case 401, 403: .accessDenied
            default: .rejected(status: status, code: code ?? "")
            }
        return S3Error(kind, operation, code: code, message: message)
    }

    /// A server's words must not forge lines of the log.
    private static func printable(_ text: String, limit: Int) -> String {
        String(
            String.UnicodeScalarView(
                text.unicodeScalars.prefix(limit).map { $0.value < 32 || $0.value == 127 ? " " : $0 }))
    }
}

extension TransferError {
    /// Whether the same request may be sent again: always when nothing was sent, otherwise when twice is as once.
    func mayRetry(isIdempotent: Bool) -> Bool {
        switch kind {
        case .connect: true
        case .connectionLost, .timeout: isIdempotent
        case .tls, .cancelled, .malformed, .source: false
        }
    }
}

extension S3Error {
    init(_ failure: TransferError, _ operation: S3Operation) {
        let kind: Kind =
            switch failure.kind {
            case .connect, .tls, .connectionLost: .unavailable
            case .timeout: .timeout
            case .cancelled: .cancelled
            case .malformed: .corrupt
            case .source: .invalid
            }
        self.init(kind, operation, message: failure.message)
    }
}
