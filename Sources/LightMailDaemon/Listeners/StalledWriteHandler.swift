import NIOCore

/// Closes a connection whose peer takes nothing of what is written to it for a time: an answer that nobody reads would hold its place, and
/// what it is made of, for ever. That it is slow is no matter while some bytes go.
package final class StalledWriteHandler: ChannelOutboundHandler {
    package typealias OutboundIn = NIOAny
    package typealias OutboundOut = NIOAny

    private let patience: TimeAmount
    /// Writes that are not through yet.
    private var pending = 0
    /// One has gone through since the last look.
    private var hasProgress = false
    /// What waited at the last look.
    private var waitingBytes = 0
    private var look: Scheduled<Void>?

    package init(patience: TimeAmount) {
        self.patience = patience
    }

    package func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        let promise = promise ?? context.eventLoop.makePromise()
        pending += 1
        promise.futureResult.assumeIsolated().whenComplete { [self] _ in
            pending -= 1
            hasProgress = true
        }
        context.write(data, promise: promise)
        if look == nil { lookLater(context) }
    }

    package func handlerRemoved(context: ChannelHandlerContext) {
        look?.cancel()
        look = nil
    }

    private func lookLater(_ context: ChannelHandlerContext) {
        hasProgress = false
        waitingBytes = Self.waitingBytes(context)
        look = context.eventLoop.assumeIsolated().scheduleTask(in: patience) { [self] in
            look = nil
            guard pending > 0 else { return }
            guard hasProgress || Self.waitingBytes(context) != waitingBytes else { return context.close(promise: nil) }
            lookLater(context)
        }
    }

    private static func waitingBytes(_ context: ChannelHandlerContext) -> Int {
        (try? context.channel.syncOptions?.getOption(.bufferedWritableBytes)) ?? 0
    }
}
