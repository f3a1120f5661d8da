/// A value that a client keeps at a mailbox or at the server (RFC 5464).
package struct Annotation: Sendable, Hashable {
    /// The entry, in lower case: `/private/...` or `/shared/...`.
    package let name: String
    /// Nil for none: to remove it, or because it is larger than was asked for.
    package let value: [UInt8]?
    /// In octets.
    package let size: Int

    package init(_ name: String, _ value: [UInt8]?) {
        self.name = name
        self.value = value
        size = value?.count ?? 0
    }

    /// - Parameter size: of a value that is left out.
    package init(name: String, value: [UInt8]?, size: Int) {
        self.name = name
        self.value = value
        self.size = size
    }
}

/// Which annotations to read.
package struct AnnotationQuery: Sendable {
    /// How far below the named entries is looked (RFC 5464 4.2.2).
    package enum Depth: Sendable {
        case zero, one, infinity
    }

    package let names: [String]
    package let depth: Depth
    /// In octets; of larger values only the size is read.
    package let maximumSize: Int

    package init(_ names: [String], depth: Depth = .zero, maximumSize: Int = .max) {
        self.names = names
        self.depth = depth
        self.maximumSize = maximumSize
    }

    /// Whether an entry is one of those, or as far below one of them as is looked.
    package func includes(_ entry: String) -> Bool {
        names.contains { name in
            if entry == name { return true }
            guard depth != .zero, entry.hasPrefix(name + "/") else { return false }
            return depth == .infinity || !entry.dropFirst(name.count + 1).contains("/")
        }
    }
}

/// How much may be annotated.
package struct AnnotationLimits: Sendable {
    /// Octets of a value.
    package var size = 65_536
    /// Entries of a mailbox, and of the server for one account.
    package var count = 100
    /// Octets of all values of an account.
    package var total = 10_485_760

    package init() {}
}
