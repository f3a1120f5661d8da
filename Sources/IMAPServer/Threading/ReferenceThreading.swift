import IMAPSyntax
import MailFormat

/// THREAD=REFERENCES (RFC 5256 3): who answers whom, told by Message-IDs first and by subjects where those are lost.
///
/// Messages are added in the order of the mailbox; each is step 1 of the algorithm. `threads()` is the rest.
struct ReferenceThreading {
    /// Of the ancestors that a message names, the nearest count. No discussion is deeper, and a header may hold thousands.
    static let maximumReferences = 256
    /// How many bytes of Message-IDs are kept. Beyond that the answer would cost too much.
    static let maximumIDBytes = 64 << 20

    /// More Message-IDs than are kept.
    struct TooMuch: Error {}

    struct Message {
        /// The message's number or UID in the answer.
        let number: UInt32
        /// Sent date, seconds since 1970.
        let date: Int64
        let subject: ThreadSubject
        let id: MessageID?
        /// The ancestors that it names, the farthest first.
        let references: [MessageID]
    }

    private struct Content {
        let number: UInt32
        let date: Int64
        let subject: ThreadSubject
    }

    private var forest = ReferenceForest()
    private var nodes: [MessageID: Int] = [:]
    private var idBytes = 0
    /// What is known of each node; nil for a message that was only referred to (a dummy).
    private var contents: [Content?] = []

    /// Step 1.
    mutating func add(_ message: Message) throws(TooMuch) {
        let node = try place(message)
        // A: the references are a line of descent, as far as nothing else is known of them.
        var ancestor: Int?
        for id in message.references.suffix(Self.maximumReferences) {
            let reference = try self.node(of: id)
            if let ancestor, forest.parent(of: reference) == nil { forest.link(reference, under: ancestor) }
            ancestor = reference
        }
        // B: the last of them is the parent, whatever others thought.
        if let ancestor, forest.parent(of: node) == ancestor { return }
        forest.unlink(node)
        if let ancestor { forest.link(node, under: ancestor) }
    }

    /// The node of a message: that of its Message-ID, unless another message has taken it.
    private mutating func place(_ message: Message) throws(TooMuch) -> Int {
        let content = Content(number: message.number, date: message.date, subject: message.subject)
        if let id = message.id {
            let node = try self.node(of: id)
            if contents[node] == nil {
                contents[node] = content
                return node
            }
        }
        contents.append(content)
        return forest.makeNode()
    }

    private mutating func node(of id: MessageID) throws(TooMuch) -> Int {
        if let node = nodes[id] { return node }
        idBytes += id.bytes.count + 64
        guard idBytes <= Self.maximumIDBytes else { throw TooMuch() }
        contents.append(nil)
        let node = forest.makeNode()
        nodes[id] = node
        return node
    }

    /// Steps 2 to 6.
    func threads() -> MessageThreads {
        var gathering = gather()
        gathering.mergeSubjects()
        return gathering.finish()
    }

    /// Steps 2 and 3: the threads without the dummies in them. A message goes under its nearest ancestor that is there;
    /// those that have none under the same dummy stay together, unless it is but one.
    private func gather() -> ThreadGathering {
        var gathering = ThreadGathering()
        /// The place of each node among those that are kept.
        var places = [Int](repeating: -1, count: forest.count)
        for root in 0..<forest.count where forest.parent(of: root) == nil {
            var tops: [Int] = []
            var next: Int? = root
            while let node = next {
                next = forest.following(node, in: root)
                // What a dummy's children hang from is what it hangs from itself.
                let above = forest.parent(of: node).map { places[$0] } ?? -1
                guard let content = contents[node] else {
                    places[node] = above
                    continue
                }
                places[node] = gathering.add(content.number, content.date, content.subject)
                if above >= 0 { gathering.adopt(places[node], under: above) } else { tops.append(places[node]) }
            }
            gathering.addThread(tops)
        }
        return gathering
    }
}
