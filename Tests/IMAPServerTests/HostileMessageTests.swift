// Messages made to hurt, as clients see them: described, fetched and searched within the bounds of MailFormat.

import Testing

@testable import IMAPServer

@Suite struct HostileMessageTests {
    private func client(_ server: TestServer, _ message: String) async throws -> TestClient {
        let user = try await TestStore.shared.makeAccount()
        let client = try await TestClient.connect(server.port)
        _ = try await client.line()
        _ = try await client.command("a1", "LOGIN \(user) secret")
        try await client.send("a2 APPEND INBOX {\(message.utf8.count)}")
        #expect(try await client.line() == "+ OK")
        try await client.send(message)
        #expect(try await client.lines(until: "a2").last?.hasPrefix("a2 OK") == true)
        _ = try await client.command("a3", "SELECT INBOX")
        return client
    }

    @Test func tenThousandPartsAreThere() async throws {
        let parts = (1...9_999).map { "--b\r\n\r\npart \($0) of them\r\n" }.joined()
        let server = try await TestServer.start()
        let client = try await client(
            server, "Content-Type: multipart/mixed; boundary=b\r\n\r\n\(parts)--b--\r\n")
        let structure = try await client.command("b1", "FETCH 1 BODYSTRUCTURE")
        #expect(structure.count == 2)
        #expect(structure.first?.ranges(of: "(\"text\" \"plain\"").count == 9_999)
        #expect(
            try await client.command("b2", "FETCH 1 (BODY.PEEK[9999] BODY.PEEK[10000] BODY.PEEK[1.MIME])")
                == [
                    "* 1 FETCH (BODY[9999] {17}", "part 9999 of them BODY[10000] NIL BODY[1.MIME] {2}", "", ")",
                    "b2 OK Done",
                ])
        #expect(try await client.command("b3", "SEARCH BODY \"PART 9998 of\"") == ["* SEARCH 1", "b3 OK Done"])
        #expect(try await client.command("b4", "SEARCH BODY \"part 10000\"") == ["* SEARCH", "b4 OK Done"])
        try await client.close()
        try await server.stop()
    }

    @Test func nestingIsFollowedUpToItsBound() async throws {
        let levels = 200
        var message = ""
        for level in 0..<levels {
            message += "Content-Type: multipart/mixed; boundary=b\(level)\r\n\r\n--b\(level)\r\n"
        }
        message += "\r\nbottom\r\n"
        let server = try await TestServer.start()
        let client = try await client(server, message)
        let structure = try await client.command("b1", "FETCH 1 BODYSTRUCTURE")
        // The message itself is the first of 100 levels; what lies deeper is opaque.
        #expect(structure.first?.ranges(of: " \"mixed\" ").count == 99)
        #expect(structure.first?.ranges(of: "\"octet-stream\"").count == 1)
        let deepest = Array(repeating: "1", count: 99).joined(separator: ".")
        let part = try await client.command("b2", "FETCH 1 (BODY.PEEK[\(deepest)] BODY.PEEK[\(deepest).1])")
        #expect(part.contains { $0 == "bottom" })
        #expect(part.dropLast().last?.hasSuffix(" NIL)") == true)
        try await client.close()
        try await server.stop()
    }

    @Test func messagesInMessagesAreFollowedUpToTheirBound() async throws {
        let message =
            String(repeating: "Subject: in\r\nContent-Type: message/rfc822\r\n\r\n", count: 200) + "\r\nbottom"
        let server = try await TestServer.start()
        let client = try await client(server, message)
        let structure = try await client.command("b1", "FETCH 1 BODYSTRUCTURE")
        #expect(structure.first?.ranges(of: "\"rfc822\"").count == 99)
        #expect(try await client.command("b2", "SEARCH BODY \"subject: IN\"") == ["* SEARCH 1", "b2 OK Done"])
        try await client.close()
        try await server.stop()
    }
}
