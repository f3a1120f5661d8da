import IMAPSyntax
import LightMailCore
import MailFormat

extension Session {
    /// RFC 8970 3: made when the message came in. For one that came before there were any it is made now and kept, or
    /// left out as LAZY asks (RFC 8970 4.1).
    func preview(of details: MessageDetails, lazy: Bool) async throws -> [UInt8]? {
        if let preview = details.preview { return preview }
        guard !lazy else { return nil }
        var preview = ""
        for part in details.structure?.previewParts ?? [] where preview.isEmpty {
            let range = part.body.shifted(by: UInt64(details.prefix.count))
            preview = PreviewSample(part, try await collect(details, range, limit: PreviewSample.maximumSize)).preview
        }
        let bytes = Array(preview.utf8)
        try await store.messages.keepPreview(of: details, bytes)
        return bytes
    }
}
