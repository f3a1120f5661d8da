// The small pure parts: encodings, times, endpoints, digests, XML.

import Testing

@testable import S3Client

@Suite struct ValuesTests {
    @Test(arguments: [
        ("emails/a.eml", "emails/a.eml"), ("a b+c", "a%20b%2Bc"), ("ü~_-.", "%C3%BC~_-."), ("%", "%25"),
        ("a?b=c&d#e", "a%3Fb%3Dc%26d%23e"), ("../x", "../x"),
    ])
    func percentEncoding(_ raw: String, _ encoded: String) {
        #expect(PercentEncoding.encode(raw, keepingSlash: true) == encoded)
        #expect(PercentEncoding.decode(encoded) == raw)
    }

    @Test(arguments: ["%", "%4", "%zz", "%FF"]) func malformedPercentEncoding(_ text: String) {
        #expect(PercentEncoding.decode(text) == nil)
    }

    @Test func plusIsASpaceInListings() { #expect(PercentEncoding.decode("a+b%2Bc") == "a b+c") }

    @Test(arguments: [
        ("1970-01-01T00:00:00Z", Int64(0)), ("2000-02-29T23:59:59.999Z", 951_868_799),
        ("2013-05-24T00:00:00Z", 1_369_353_600), ("2100-03-01T00:00:00Z", 4_107_542_400),
        ("1969-12-31T23:59:59Z", -1),
    ])
    func time(_ text: String, _ seconds: Int64) throws {
        let time = try #require(SigningTime(iso8601: text))
        #expect(time.secondsSince1970 == seconds)
        #expect(time.dateTime == text.prefix(19).filter { $0 != "-" && $0 != ":" } + "Z")
    }

    @Test(arguments: ["", "2013-05-24", "2013-13-24T00:00:00Z", "2013-05-24T00:00:00", "x013-05-24T00:00:00Z"])
    func malformedTime(_ text: String) { #expect(SigningTime(iso8601: text) == nil) }

    @Test(arguments: [
        ("http://127.0.0.1:9000", "http://127.0.0.1:9000"), ("https://s3.example.com/", "https://s3.example.com"),
        ("s3.example.com:443", "https://s3.example.com"), ("HTTP://h:80", "http://h"),
        ("[::1]:9000", "https://[::1]:9000"),
    ])
    func endpoint(_ text: String, _ printed: String) { #expect(S3Endpoint(text)?.description == printed) }

    @Test(arguments: ["", "ftp://h", "http://", "h:0", "h:70000", "h:x", "http://u@h", "http://h/p", "[::1", "h\r\nx"])
    func malformedEndpoint(_ text: String) { #expect(S3Endpoint(text) == nil) }

    @Test func virtualHostStyle() throws {
        var configuration = S3Configuration(
            endpoint: try #require(S3Endpoint("http://s3.test:9000")), bucket: "mails",
            credentials: S3Credentials(accessKey: "a", secretKey: "b"))
        #expect(configuration.host == "s3.test:9000")
        #expect(configuration.path(of: "a b") == "/mails/a%20b")
        #expect(configuration.path(of: nil) == "/mails")
        configuration.pathStyle = false
        #expect(configuration.host == "mails.s3.test:9000")
        #expect(configuration.path(of: "a b") == "/a%20b")
        #expect(configuration.path(of: nil) == "/")
    }

    @Test func secretsAreNotPrinted() throws {
        let credentials = S3Credentials(accessKey: "AK", secretKey: "top-secret", sessionToken: "session-secret")
        let configuration = S3Configuration(
            endpoint: try #require(S3Endpoint("http://h")), bucket: "b", credentials: credentials)
        var dumped = ""
        dump(configuration, to: &dumped)
        let request = TransferRequest(method: "GET", url: "http://AK/", headers: [(name: "X", value: "top-secret")])
        var dumpedRequest = ""
        dump(request, to: &dumpedRequest)
        for text in [
            "\(request)", String(reflecting: request), dumpedRequest, "\(credentials)", String(reflecting: credentials),
            "\(configuration)", dumped,
        ] {
            #expect(text.contains("AK"))
            #expect(!text.contains("secret-") && !text.contains("-secret"))
        }
    }

    @Test func digests() {
        let hasher = SHA256Hasher()
        for piece in ["a", "b", "c"] { hasher.update(Array(piece.utf8)) }
        let abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
        #expect(Digests.hex(hasher.finish()) == abc)
        #expect(Digests.hex(hasher.finish()) == RequestSigner.emptyPayload)
        #expect(Digests.hex(Digests.md5(Array("abc".utf8))) == "900150983cd24fb0d6963f7d28e17f72")
        #expect(Digests.base64(Array("hello".utf8)) == "aGVsbG8=")
        // RFC 4231 4.3.
        #expect(
            Digests.hex(Digests.hmac(key: Array("Jefe".utf8), "what do ya want for nothing?"))
                == "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843")
    }

    @Test func answerDocument() throws {
        let root = try AnswerDocument.parse(
            Array("<?xml version=\"1.0\"?><R xmlns=\"x\"><K>a&amp;b</K><K>ü</K><E/></R>".utf8))
        #expect(root.name.local == "R")
        #expect(root.children(named: "K").map(\.text) == ["a&b", "ü"])
        #expect(root.text(of: "E") == "")
        #expect(root.text(of: "X") == nil)
    }

    @Test(arguments: [
        "", "x", "<a>", "<a></b>", "<!DOCTYPE a [<!ENTITY x SYSTEM \"file:///etc/passwd\">]><a>&x;</a>", "<a>&x;</a>",
        "<a>\0</a>", String(repeating: "<a>", count: 9) + String(repeating: "</a>", count: 9),
        "<r>" + String(repeating: "<a/>", count: 20_001) + "</r>",
    ])
    func refusedDocument(_ text: String) {
        #expect(throws: AnswerDocument.Malformed.self) { try AnswerDocument.parse(Array(text.utf8)) }
    }

    @Test func characterData() {
        #expect(XMLText.escape("<a&b>\r\n\tü") == "&lt;a&amp;b&gt;&#13;&#10;&#9;ü")
        #expect(XMLText.escape("a\u{1}") == nil)
    }
}
