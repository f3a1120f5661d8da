import LightMailCore
import MailFormat

/// One message as text: its header and what people would read of its body. Nothing in it is followed, run or loaded.
enum MessagePage {
    static func show(_ console: ConsoleRequest) async throws -> Answer {
        let record = try await console.request.message()
        let store = console.store
        let mailbox = try await store.administration.mailbox(record.mailbox)
        let owner = try await store.administration.account(record.account).account
        let details = try await store.details(of: record, [.header, .envelope, .structure])
        let envelope = details.envelope ?? Envelope()
        let subject = envelope.subjectText.isEmpty ? "(no subject)" : envelope.subjectText
        let text = try await store.text(of: details)
        var values: Values = [
            "id": "\(record.id)", "subject": subject, "from": people(envelope.from), "to": people(envelope.to),
            "date": Figure.time(record.internalDate), "size": Figure.bytes(record.size), "uid": "\(record.uid)",
            "mailbox": "\(mailbox.id)", "mailboxName": mailbox.name.description, "account": "\(owner.id)",
            "username": owner.username, "isCut": text?.isCut ?? false,
            "headers": try await store.fields(of: details).map { ["name": $0.name, "value": $0.value] },
        ]
        let flags = record.flags.names.map { String($0.dropFirst()) }.joined(separator: ", ")
        values["flags"] = flags.isEmpty ? nil : flags
        values["cc"] = envelope.cc.isEmpty ? nil : people(envelope.cc)
        values["text"] = text?.text
        values["deleted"] = record.deletedAt.map { Figure.time($0) }
        let parts = (details.structure?.leaves ?? []).map(part)
        values["parts"] = parts
        values["hasParts"] = parts.count > 1
        return try console.page("message", title: subject, section: "/console/accounts", values)
    }

    static func change(_ console: ConsoleRequest) async throws -> Answer {
        let record = try await console.request.message()
        switch console.form["action"] {
        case "remove":
            try await console.store.messages.remove(
                account: record.account, mailbox: record.mailbox, uids: UIDSet(record.uid...record.uid))
            return console.done("removed", at: "/console/mailboxes/\(record.mailbox)")
        case "restore":
            try await console.store.administration.restoreMessage(record)
            return console.done("restored", at: "/console/messages/\(record.id)")
        default:
            throw Problem(.badRequest, "there is no such action")
        }
    }

    static func source(_ console: ConsoleRequest) async throws -> Answer {
        try await console.request.source(of: try await console.request.message())
    }

    private static func people(_ addresses: [EnvelopeAddress]) -> String {
        addresses.compactMap { address in
            guard let text = address.addressText else { return nil }
            guard let name = address.name.map({ EncodedWord.decode($0) }), !name.isEmpty else { return text }
            return "\(name) <\(text)>"
        }.joined(separator: ", ")
    }

    private static func part(_ part: BodyPart) -> Values {
        let name = part.disposition?.parameters.first { $0.name == "filename" }?.value ?? part.parameter("name")
        return [
            "type": "\(part.mediaType)/\(part.subtype)", "name": name.map { EncodedWord.decode($0) } ?? "",
            "size": Figure.bytes(part.octets),
        ]
    }
}
