import IMAPSyntax
import MailFormat
import POP3Syntax
import SMTPSyntax

/// What stands between a socket and the store.
enum ProtocolRows {
    static let all = [
        Row(name: "imap-fetch-command") { parsing(Inputs.command) },
        Row(name: "imap-search-command") { parsing(Inputs.search) },
        Row(name: "imap-envelope") {
            let envelope = ParsedMessage(Inputs.text).envelope.encoded()
            return {
                var encoder = ResponseEncoder(capacity: 1_024)
                encoder.beginFetch(1)
                encoder.fetchUID(17)
                try append(try EnvelopeView(envelope, at: envelope.indices), of: envelope, to: &encoder)
                encoder.endFetch()
                keep(encoder.takeBytes())
            }
        },
        Row(name: "imap-flags") {
            let flags = [UInt8]("\\Seen \\Answered $Forwarded".utf8)
            return {
                var encoder = ResponseEncoder(capacity: 128)
                encoder.beginFetch(100_000)
                encoder.fetchUID(123_456)
                encoder.fetchFlags(encoded: flags)
                encoder.endFetch()
                keep(encoder.takeBytes())
            }
        },
        Row(name: "smtp-command") {
            let parser = SMTPSyntax.CommandParser(dialect: .lmtp, offered: [])
            let line = [UInt8]("RCPT TO:<charles.babbage+notes@example.org>".utf8)
            return { keep(try parser.parse(line)) }
        },
        Row(name: "smtp-data") {
            let octets = Inputs.mixed + ".\r\n".utf8
            return {
                var decoder = DataDecoder()
                var position = 0
                var size = 0
                while let event = decoder.next(in: octets.span, at: &position) {
                    if case .content(let range) = event { size += range.count }
                }
                keep(size)
            }
        },
        Row(name: "pop3-dots") {
            let octets = Inputs.mixed[...]
            return {
                var stuffing = DotStuffing()
                var bytes: [UInt8] = []
                stuffing.append(octets, to: &bytes)
                stuffing.finish(into: &bytes)
                keep(bytes)
            }
        },
    ]

    private static func parsing(_ command: [UInt8]) -> () throws -> Void {
        let parser = IMAPSyntax.CommandParser()
        return {
            var framer = CommandFramer()
            framer.receive(command)
            guard case .command(let bytes) = framer.next() else { return }
            keep(try parser.parse(bytes))
        }
    }

    private static func append(_ view: EnvelopeView, of bytes: [UInt8], to encoder: inout ResponseEncoder) throws {
        func string(_ range: Range<Int>?) -> ArraySlice<UInt8>? { range.map { bytes[$0] } }
        encoder.beginEnvelope()
        encoder.appendEnvelope(string: string(view.date))
        encoder.appendEnvelope(string: string(view.subject))
        for addresses in [view.from, view.sender, view.replyTo, view.to, view.cc, view.bcc] {
            encoder.beginAddresses(count: addresses.count)
            bytes.withUnsafeBufferPointer { buffer in
                addresses.forEach(in: buffer) { address in
                    encoder.beginAddress()
                    encoder.appendEnvelope(string: string(address.name))
                    encoder.appendEnvelope(string: string(address.route))
                    encoder.appendEnvelope(string: string(address.mailbox))
                    encoder.appendEnvelope(string: string(address.host))
                    encoder.endAddress()
                }
            }
            encoder.endAddresses(count: addresses.count)
        }
        encoder.appendEnvelope(string: string(view.inReplyTo))
        encoder.appendEnvelope(string: string(view.messageID))
        encoder.endEnvelope()
    }
}
