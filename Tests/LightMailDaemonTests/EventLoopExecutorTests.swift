import NIOCore
import NIOPosix
import Testing

@testable import LightMailDaemon

@Suite(.timeLimit(.minutes(1))) struct EventLoopExecutorTests {
    @Test func aTaskStaysOnItsLoop() async throws {
        let group = MultiThreadedEventLoopGroup(numberOfThreads: 2)
        let (first, second) = (group.next(), group.next())
        let task = Task(executorPreference: EventLoopExecutor(first)) {
            var isThere = [first.inEventLoop]
            // What another thread resumes comes back to the loop.
            await withCheckedContinuation { continuation in second.execute { continuation.resume() } }
            isThere.append(first.inEventLoop)
            await Task.yield()
            isThere.append(first.inEventLoop)
            async let child = first.inEventLoop
            isThere.append(await child)
            return isThere
        }
        #expect(await task.value == [true, true, true, true])
        let elsewhere = Task(executorPreference: nil) { first.inEventLoop || second.inEventLoop }
        #expect(await elsewhere.value == false)
        try await group.shutdownGracefully()
    }
}
