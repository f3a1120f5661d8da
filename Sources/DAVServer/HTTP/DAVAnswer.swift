import DAVSyntax
import Hummingbird
import NIOCore
import XMLSyntax

/// What a method answers.
struct DAVAnswer: Sendable {
    enum Content: Sendable {
        case bytes([UInt8])
        /// RFC 4918 13: responses one by one, as fast as the client takes them.
        case multistatus(@Sendable (inout Multistatus) async throws -> Void)
    }

    var status: HTTPResponse.Status
    var headers: HTTPFields
    var content: Content
    var endsConnection = false

    init(_ status: HTTPResponse.Status, headers: HTTPFields = [:], content: Content = .bytes([])) {
        self.status = status
        self.headers = headers
        self.content = content
    }

    static func multistatus(_ write: @escaping @Sendable (inout Multistatus) async throws -> Void) -> DAVAnswer {
        DAVAnswer(.multiStatus, headers: [.contentType: xml], content: .multistatus(write))
    }

    static func xml(_ root: XMLElement, status: HTTPResponse.Status) -> DAVAnswer {
        DAVAnswer(status, headers: [.contentType: xml], content: .bytes(XMLWriter.document(root)))
    }

    private static let xml = "application/xml; charset=utf-8"

    /// - Parameter onError: called when the answer ends early, with its head already sent.
    func response(onError: @escaping @Sendable (any Error) -> Void) -> Response {
        switch content {
        case .bytes(let bytes):
            return Response(status: status, headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(bytes: bytes)))
        case .multistatus(let write):
            let body = ResponseBody { writer in
                var multistatus = Multistatus(writer)
                do {
                    try await write(&multistatus)
                    try await multistatus.finish()
                } catch {
                    onError(error)
                    throw error
                }
            }
            return Response(status: status, headers: headers, body: body)
        }
    }
}

/// A multistatus while it is written: what a client has not taken yet is bounded.
struct Multistatus {
    private var xml = XMLWriter()
    private var writer: any ResponseBodyWriter

    private static let root = XMLName.dav("multistatus")
    private static let highWater = 65_536

    init(_ writer: any ResponseBodyWriter) {
        self.writer = writer
        xml.open(Self.root)
    }

    /// Adds a response, or what stands beside responses.
    mutating func add(_ element: XMLElement) async throws {
        xml.add(element)
        guard xml.octets.count >= Self.highWater else { return }
        try await writer.write(ByteBuffer(bytes: xml.take()))
    }

    mutating func finish() async throws {
        xml.close(Self.root)
        try await writer.write(ByteBuffer(bytes: xml.take()))
        try await writer.finish(nil)
    }
}

extension HTTPResponse.Status {
    static let multiStatus = HTTPResponse.Status(code: 207, reasonPhrase: "Multi-Status")
    static let failedDependency = HTTPResponse.Status(code: 424, reasonPhrase: "Failed Dependency")
    static let insufficientStorage = HTTPResponse.Status(code: 507, reasonPhrase: "Insufficient Storage")

    /// As a status element has it (RFC 4918 14.28).
    var line: String { "HTTP/1.1 \(code) \(reasonPhrase)" }
}
