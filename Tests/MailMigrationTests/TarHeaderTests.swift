import Testing

@testable import MailMigration

@Suite struct TarHeaderTests {
    @Test(
        arguments: [
            ("end.json", 0), ("objects/1.eml", 4_294_967_295), (String(repeating: "n", count: 99), 8_589_934_591),
        ] as [(String, Int64)])
    func whatIsWrittenIsRead(_ name: String, _ size: Int64) throws {
        let header = TarHeader(name: name, size: size)
        #expect(TarHeader(try #require(header.encoded)) == header)
    }

    @Test(
        arguments: [("end.json", -1), ("end.json", 8_589_934_592), (String(repeating: "n", count: 100), 1)]
            as [(String, Int64)])
    func whatDoesNotFitIsRefused(_ name: String, _ size: Int64) {
        #expect(TarHeader(name: name, size: size).encoded == nil)
    }

    @Test func aHeaderWithAnyByteChangedIsNone() throws {
        let block = try #require(TarHeader(name: "mailboxes/000001.json", size: 1_234).encoded)
        for index in block.indices {
            var damaged = block
            damaged[index] ^= 1
            #expect(TarHeader(damaged).map { $0 == TarHeader(name: "mailboxes/000001.json", size: 1_234) } != true)
        }
    }
}
