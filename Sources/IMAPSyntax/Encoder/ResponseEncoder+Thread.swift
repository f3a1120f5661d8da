// What THREAD answers, without recursion: the depth of a tree is the client's correspondents' to choose.

extension ResponseEncoder {
    private enum Step {
        case node(Int)
        case close
    }

    /// RFC 5256 5
    ///
    ///     thread-data    = "THREAD" [SP 1*thread-list]
    ///     thread-list    = "(" (thread-members / thread-nested) ")"
    ///     thread-members = nz-number *(SP nz-number) [SP thread-nested]
    ///     thread-nested  = 2*thread-list
    mutating func append(threads: MessageThreads) {
        guard !threads.roots.isEmpty else { return }
        appendSpace()
        var steps = threads.roots.reversed().map(Step.node)
        while let step = steps.popLast() {
            switch step {
            case .close: append(")")
            case .node(let start):
                append("(")
                steps.append(.close)
                let branches = append(membersOf: start, threads)
                for child in branches.reversed() { steps.append(.node(child)) }
            }
        }
    }

    /// Writes the messages from a node down to where the thread divides.
    ///
    /// - Returns: the nodes where it goes on.
    private mutating func append(membersOf start: Int, _ threads: MessageThreads) -> [Int] {
        var place = start
        var isFirst = true
        while true {
            let node = threads.nodes[place]
            if let number = node.number {
                if !isFirst { appendSpace() }
                isFirst = false
                append(number: number)
            }
            guard node.children.count == 1 else {
                if !isFirst, !node.children.isEmpty { appendSpace() }
                return node.children
            }
            place = node.children[0]
        }
    }
}
