// What the commands about annotations answer, and what tells of their change.

extension ResponseEncoder {
    ///     metadata-resp = "METADATA" SP mailbox SP (entry-values / entry-list)
    ///     entry-values  = "(" entry-value *(SP entry-value) ")"
    mutating func append(metadataOf mailbox: MailboxName, _ entries: [MetadataEntry]) {
        append(mailbox: mailbox)
        appendSpace()
        appendList(entries) { encoder, entry in
            encoder.append(astring: Array(entry.name.string.utf8))
            encoder.appendSpace()
            guard let value = entry.value else { return encoder.append("NIL") }
            if value.contains(0) {
                encoder.append(content: value[...], mayBeBinary: true)
            } else {
                encoder.append(string: value)
            }
        }
    }

    ///     entry-list = entry *(SP entry)
    mutating func append(changedMetadataOf mailbox: MailboxName, _ names: [MetadataEntryName]) {
        append(mailbox: mailbox)
        for name in names {
            appendSpace()
            append(astring: Array(name.string.utf8))
        }
    }
}
