// The body of the engine's thread.

import CCurl
import Glibc

/// Drives libcurl. It is made on the engine's thread and never leaves it.
final class EngineLoop {
    /// What the thread is given.
    private final class Start {
        let mailbox: EngineMailbox
        let multi: UnsafeMutableRawPointer

        init(_ mailbox: EngineMailbox, _ multi: UnsafeMutableRawPointer) {
            self.mailbox = mailbox
            self.multi = multi
        }
    }

    private let mailbox: EngineMailbox
    private let multi: UnsafeMutableRawPointer
    private var transfers: [UInt64: ActiveTransfer] = [:]
    private var owners: [UnsafeMutableRawPointer: UInt64] = [:]

    private init(_ start: Start) {
        mailbox = start.mailbox
        multi = start.multi
    }

    /// Runs a loop on a new thread, which owns the multi handle from now on. False when there is no thread.
    static func startThread(_ mailbox: EngineMailbox, _ multi: UnsafeMutableRawPointer) -> Bool {
        let context = Unmanaged.passRetained(Start(mailbox, multi))
        var attributes = pthread_attr_t()
        guard pthread_attr_init(&attributes) == 0 else {
            context.release()
            return false
        }
        defer { pthread_attr_destroy(&attributes) }
        pthread_attr_setdetachstate(&attributes, Int32(PTHREAD_CREATE_DETACHED))
        var thread = pthread_t()
        let code = pthread_create(
            &thread, &attributes,
            { context in
                guard let context else { return nil }
                let start = Unmanaged<Start>.fromOpaque(context).takeRetainedValue()
                EngineLoop(start).run()
                return nil
            }, context.toOpaque())
        if code != 0 { context.release() }
        return code == 0
    }

    private func run() {
        while let commands = mailbox.take() {
            for command in commands { obey(command) }
            var running: Int32 = 0
            curl_multi_perform(multi, &running)
            collectFinished()
            // libcurl shortens the wait to its own timers; an order wakes it.
            curl_multi_poll(multi, nil, 0, 60_000, nil)
        }
        for id in Array(transfers.keys) { end(id, .failure(TransferError(.cancelled, "the engine has shut down"))) }
        curl_multi_cleanup(multi)
        mailbox.announceStop()
    }

    private func obey(_ command: EngineCommand) {
        switch command {
        case .start(let exchange): start(exchange)
        case .resume(let id): transfers[id]?.resume()
        case .cancel(let id): end(id, .failure(.cancelled))
        }
    }

    private func start(_ exchange: Exchange) {
        do throws(TransferError) {
            let transfer = try ActiveTransfer(exchange)
            guard curl_multi_add_handle(multi, transfer.handle) == CURLM_OK else {
                throw TransferError(.malformed, "libcurl does not take the transfer")
            }
            transfers[exchange.id] = transfer
            owners[transfer.handle] = exchange.id
            mailbox.statistics.noteStart()
        } catch {
            exchange.finish(.failure(error))
        }
    }

    private func collectFinished() {
        var left: Int32 = 0
        while let message = curl_multi_info_read(multi, &left) {
            guard message.pointee.msg == CURLMSG_DONE, let id = owners[message.pointee.easy_handle],
                let transfer = transfers[id]
            else { continue }
            end(id, transfer.outcome(of: message.pointee.data.result))
        }
    }

    private func end(_ id: UInt64, _ outcome: Result<Void, TransferError>) {
        guard let transfer = transfers.removeValue(forKey: id) else { return }
        owners[transfer.handle] = nil
        curl_multi_remove_handle(multi, transfer.handle)
        mailbox.statistics.noteEnd(connections: transfer.connectionsOpened)
        transfer.exchange.finish(outcome)
    }
}
