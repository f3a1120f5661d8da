// Outgoing mail: one function that hands a message to the smarthost and says what became of it.

import CCurl
import Dispatch
import Synchronization

/// Hands messages to one smarthost through libcurl.
///
/// Each conversation has a thread of its own, of a bounded number: libcurl waits for the reply to a message, and for
/// that to QUIT, inside a call, so that on a shared thread one slow smarthost would hold up every other transfer.
package final class SMTPClient: Sendable {
    /// Set up once a process; libcurl asks for that before any other call.
    private static let library: CURLcode = curl_global_init(Int(CURL_GLOBAL_DEFAULT))

    private let configuration: SmarthostConfiguration
    private let slots: SendSlots
    private let threads = DispatchQueue(label: "lightmail.smtp-client", attributes: .concurrent)

    package init(_ configuration: SmarthostConfiguration) {
        self.configuration = configuration
        slots = SendSlots(configuration.maximumConnections)
    }

    /// Sends a message.
    ///
    /// - Parameter beforeContent: asked once the smarthost has answered for every recipient, has accepted one at least,
    ///   and waits for the message: whether to send it. It is told what is known of each recipient by then, `accepted`
    ///   standing for those that are still to get it. After `false` nothing has been sent to anybody.
    /// - Returns: an outcome a recipient, in their order. A cancelled task gets `temporary`.
    package func send(
        _ message: OutgoingMessage, beforeContent: @escaping @Sendable ([SendOutcome]) async -> Bool = { _ in true }
    ) async -> [SendOutcome] {
        func all(_ outcome: SendOutcome) -> [SendOutcome] { message.recipients.map { _ in outcome } }
        guard Self.library == CURLE_OK else { return all(.unreachable("libcurl cannot be used")) }
        guard ([message.sender] + message.recipients).allSatisfy(Self.isSendable) else {
            return all(.permanent(ServerReply(code: 553, text: "5.1.3 An address cannot be sent")))
        }
        var outcomes: [SendOutcome] = all(.unreachable("nothing was tried"))
        for route in routes {
            guard await slots.take() else { return all(.temporary("cancelled")) }
            outcomes = await converse(message, over: route, beforeContent)
            // Only what never came to a conversation is tried in another way.
            guard case .unreachable = outcomes.first else { break }
        }
        return outcomes
    }

    /// A way to speak to the smarthost.
    struct Route {
        let url: String
        /// CURLUSESSL_...
        let useTLS: curl_usessl
    }

    private var routes: [Route] {
        let clear = url("smtp", configuration.port)
        switch configuration.encryption {
        case .none: return [Route(url: clear, useTLS: CURLUSESSL_NONE)]
        case .startTLS(let isRequired): return [Route(url: clear, useTLS: isRequired ? CURLUSESSL_ALL : CURLUSESSL_TRY)]
        case .implicit(let fallbackPort):
            let implicit = Route(url: url("smtps", configuration.port), useTLS: CURLUSESSL_ALL)
            guard let fallbackPort else { return [implicit] }
            return [implicit, Route(url: url("smtp", fallbackPort), useTLS: CURLUSESSL_TRY)]
        }
    }

    /// The path of an SMTP URL is the name for EHLO.
    private func url(_ scheme: String, _ port: Int) -> String {
        let host = configuration.host.contains(":") ? "[\(configuration.host)]" : configuration.host
        return "\(scheme)://\(host):\(port)/\(configuration.clientName)"
    }

    private func converse(
        _ message: OutgoingMessage, over route: Route,
        _ beforeContent: @escaping @Sendable ([SendOutcome]) async -> Bool
    ) async -> [SendOutcome] {
        let isCancelled = CancellationFlag()
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                threads.async { [configuration, slots] in
                    let transfer = MessageTransfer(message, isCancelled: isCancelled, beforeContent: beforeContent)
                    continuation.resume(returning: transfer.run(configuration, over: route))
                    // The farewell may take a while, and nobody waits for it.
                    transfer.close()
                    slots.give()
                }
            }
        } onCancel: {
            isCancelled.set()
        }
    }

    /// Nothing that ends a command or a path may be in an address.
    private static func isSendable(_ address: String) -> Bool {
        address.utf8.count <= 1_000 && address.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F } && !address.contains("<")
            && !address.contains(">")
    }
}

/// Told by a task, read by a thread.
final class CancellationFlag: Sendable {
    private let flag = Atomic<Bool>(false)

    var isSet: Bool { flag.load(ordering: .relaxed) }

    func set() { flag.store(true, ordering: .relaxed) }
}
