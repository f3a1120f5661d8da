import Hummingbird
import HummingbirdCore

extension ResponseWriter {
    /// Asks a client that waits for it to send its body (RFC 9110 10.1.1). One that has said who it is not at all may keep it.
    func writeContinue(_ request: Request) async throws {
        guard request.headers[.expect]?.lowercased() == "100-continue", request.headers.contains(.authorization) else {
            return
        }
        try await writeInformationalHead(HTTPResponse(status: .continue))
    }
}
