/// A password, token or key from the configuration: it is never printed, logged or reflected, only revealed by name.
package struct Secret: Sendable, Equatable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    private let value: String

    package init(_ value: String = "") {
        self.value = value
    }

    /// The secret itself. Call it where the value is handed to the client library that needs it, and nowhere else.
    package func reveal() -> String {
        value
    }

    package var isEmpty: Bool {
        value.isEmpty
    }

    package var description: String {
        value.isEmpty ? "(not set)" : "(set)"
    }

    package var debugDescription: String {
        description
    }

    package var customMirror: Mirror {
        Mirror(self, children: [])
    }
}
