import Synchronization
import Testing

@testable import LightMailCore

@Suite struct UUIDv7Tests {
    /// RFC 9562 A.6.
    @Test func exampleOfTheRFC() throws {
        let id = try #require(UUIDv7("017F22E2-79B0-7CC3-98C4-DC0C0C07398F"))
        #expect(id.milliseconds == 0x017F_22E2_79B0)
        #expect(id.description == "017f22e2-79b0-7cc3-98c4-dc0c0c07398f")
    }

    @Test func versionAndVariant() {
        let generator = UUIDv7Generator(clock: { 0xFFFF_FFFF_FFFF }, random: { .max })
        #expect(generator.next().description == "ffffffff-ffff-77ff-bfff-ffffffffffff")
    }

    @Test func idsGrowWithinAMillisecondAndWhenTheClockIsSetBack() {
        let now = Mutex<UInt64>(1_000)
        let generator = UUIDv7Generator(clock: { now.withLock { $0 } })
        var ids = (0..<10_000).map { _ in generator.next() }
        now.withLock { $0 = 500 }
        ids += (0..<10).map { _ in generator.next() }
        now.withLock { $0 = 2_000 }
        ids.append(generator.next())
        #expect(ids == ids.sorted())
        #expect(Set(ids).count == ids.count)
        #expect(ids.map(\.description) == ids.map(\.description).sorted())
        #expect(ids.first?.milliseconds == 1_000)
        #expect(ids.last?.milliseconds == 2_000)
        #expect(ids.dropLast().allSatisfy { $0.milliseconds < 1_010 })
    }

    @Test(arguments: [
        "", "017f22e2-79b0-7cc3-98c4-dc0c0c07398", "017f22e2-79b0-7cc3-98c4-dc0c0c07398f0",
        "017f22e2-79b0-4cc3-98c4-dc0c0c07398f", "017f22e2-79b0-7cc3-c8c4-dc0c0c07398f",
        "017f22e279b07cc398c4dc0c0c07398f", "017f22e2-79b0-7cc3-98c4-dc0c0c07398g",
    ])
    func otherTextsAreRefused(_ text: String) { #expect(UUIDv7(text) == nil) }

    @Test func timeOfAKey() {
        #expect(StoredObject.startedAt(key: "emails/017f22e2-79b0-7cc3-98c4-dc0c0c07398f.eml") == 0x017F_22E2_79B0)
        #expect(StoredObject.startedAt(key: "emails/x.eml") == nil)
        #expect(StoredObject.startedAt(key: "") == nil)
    }
}
