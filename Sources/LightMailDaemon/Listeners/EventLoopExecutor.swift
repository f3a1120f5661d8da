import NIOCore

/// Runs tasks of a connection on the connection's event loop: between the bytes of a command and those of its answer no
/// thread wakes another.
///
/// It is for what waits more than it computes. Until a task waits, the other connections of the loop do, so that what
/// keeps a processor busy belongs in a task without a preference.
package final class EventLoopExecutor: TaskExecutor {
    private let eventLoop: any EventLoop

    package init(_ eventLoop: any EventLoop) {
        self.eventLoop = eventLoop
    }

    package func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        eventLoop.execute { [self] in job.runSynchronously(on: asUnownedTaskExecutor()) }
    }
}
