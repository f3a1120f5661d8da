import FoundationEssentials
import Testing

@testable import POP3Server

/// What is announced has its code.
@Suite struct CapabilityTests {
    private static let sources =
        #filePath.split(separator: "/").dropLast(3).reduce("") { "\($0)/\($1)" } + "/Sources/POP3Server/"

    @Test(arguments: Capability.table.map { ($0.name, $0.source) })
    func isKept(name: String, source: String) {
        #expect(FileManager.default.fileExists(atPath: Self.sources + source), "\(name) has no code at \(source)")
    }

    @Test func isAnnouncedOnce() {
        let names = Capability.table.map(\.name)
        #expect(Set(names).count == names.count)
    }
}
