import Synchronization

/// A value that is changed while others read it, such as a limit from a configuration that is read again.
package final class Adjustable<Value: Sendable>: Sendable {
    private let value: Mutex<Value>

    package init(_ value: Value) {
        self.value = Mutex(value)
    }

    /// As it is now. Whoever needs it to stay the same for a while takes it once.
    package var current: Value {
        value.withLock { $0 }
    }

    package func change(to value: Value) {
        self.value.withLock { $0 = value }
    }
}
