import IMAPSyntax
import LightMailCore

extension Session {
    /// RFC 5464 4.3. All entries are set, or none.
    mutating func setMetadata(_ name: MailboxName, _ entries: [MetadataEntry]) async throws -> Completion {
        guard entries.count <= Self.maximumEntries else {
            throw CommandFailure.no("Too many entries", .metadataTooMany)
        }
        let account = try requireAccount().id
        let annotations = entries.map { Annotation($0.name.string, $0.value) }
        do {
            if name.utf8.isEmpty {
                guard entries.allSatisfy({ $0.name.string.hasPrefix(Self.privateEntries) }) else {
                    throw CommandFailure.no("What all users share of the server is the administrator's", .noPerm)
                }
                try await store.annotations.write(account, annotations)
            } else {
                let (owner, path, permit) = try await annotated(name)
                let isPrivate = entries.contains { $0.name.string.hasPrefix(Self.privateEntries) }
                guard owner == account || !isPrivate else {
                    throw CommandFailure.no("Of another's mailbox nothing private is kept", .metadataNoPrivate)
                }
                try await store.annotations.write(owner, path, annotations, permit: permit)
            }
        } catch AnnotationError.tooLarge(let limit) {
            throw CommandFailure.no("A value is too large", .metadataMaxSize(UInt32(clamping: limit)))
        } catch AnnotationError.tooMany {
            throw CommandFailure.no("Too many annotations", .metadataTooMany)
        }
        let path = name.utf8.isEmpty ? nil : try existingPath(name)
        for entry in entries { noteOwn(.metadata, path, entry: entry.name.string) }
        return .ok(ResponseText("Done"))
    }
}
