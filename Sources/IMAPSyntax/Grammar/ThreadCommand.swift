// THREAD: what to look for, and how to tell which message answers which; and the trees that it answers.

/// The arguments of THREAD.
///
/// RFC 5256
///
///     thread          = ["UID" SP] "THREAD" SP thread-alg SP search-criteria
///     search-criteria = charset 1*(SP search-key)
package struct ThreadCommand: Hashable, Sendable {
    /// thread-alg = "ORDEREDSUBJECT" / "REFERENCES" / thread-alg-ext
    package enum Algorithm: String, Hashable, Sendable {
        case orderedSubject = "ORDEREDSUBJECT"
        case references = "REFERENCES"
    }

    package var algorithm: Algorithm
    /// The charset, which THREAD always names, and what to look for.
    package var search: SearchCommand

    package init(algorithm: Algorithm, search: SearchCommand) {
        self.algorithm = algorithm
        self.search = search
    }
}

/// Messages as trees of answers.
///
/// The nodes stand in one array and name each other by their places in it, so that no depth of a tree can exhaust a
/// stack.
package struct MessageThreads: Hashable, Sendable {
    package struct Node: Hashable, Sendable {
        /// A message number or UID; nil stands for a message that is not there, whose answers are.
        package var number: UInt32?
        /// In the order of the answer. No node is the child of two, nor below itself.
        package var children: [Int]

        package init(_ number: UInt32?, children: [Int] = []) {
            self.number = number
            self.children = children
        }
    }

    package var nodes: [Node]
    /// Where each thread begins, in the order of the answer.
    package var roots: [Int]

    package init(nodes: [Node] = [], roots: [Int] = []) {
        self.nodes = nodes
        self.roots = roots
    }
}
