import LightMailCore
import SMTPSyntax
import Testing

@testable import SMTPServer

@Suite struct ErrorRepliesTests {
    @Test(arguments: [
        (StoreError.Kind.notFound, "550 5.1.1"), (.inactive, "550 5.2.1"), (.overQuota, "552 5.2.2"),
        (.limit("size"), "552 5.3.4"), (.invalid("why"), "554 5.6.0"), (.conflict("busy"), "451 4.2.0"),
        (.alreadyExists, "451 4.2.0"), (.unavailable, "451 4.3.0"), (.corrupt, "451 4.3.0"),
        (.internal, "451 4.3.0"),
    ])
    func mapsEachKind(kind: StoreError.Kind, expected: String) {
        let text = String(decoding: ErrorReplies.recipient(StoreError(kind, "detail")).encoded, as: UTF8.self)
        #expect(text.hasPrefix("\(expected) "))
        #expect(!text.contains("detail"))
    }
}
