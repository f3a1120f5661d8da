// What the commands about quotas answer.

extension ResponseEncoder {
    ///     quota-response = "QUOTA" SP quota-root-name SP quota-list
    ///     quota-list     = "(" quota-resource *(SP quota-resource) ")"
    mutating func append(quotaRoot root: [UInt8], _ resources: [QuotaResourceValue]) {
        append(astring: root)
        appendSpace()
        appendList(resources) { encoder, resource in
            encoder.appendVerbatim(resource.name.rawValue.utf8)
            encoder.appendSpace()
            encoder.append(number: resource.usage)
            encoder.appendSpace()
            encoder.append(number: resource.limit)
        }
    }

    ///     quotaroot-response = "QUOTAROOT" SP mailbox *(SP quota-root-name)
    mutating func append(quotaRootsOf mailbox: MailboxName, _ roots: [[UInt8]]) {
        append(mailbox: mailbox)
        for root in roots {
            appendSpace()
            append(astring: root)
        }
    }
}
