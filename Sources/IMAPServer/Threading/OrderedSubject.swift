import IMAPSyntax
import MailFormat

/// THREAD=ORDEREDSUBJECT (RFC 5256 3): messages of one base subject are a thread, its first message above the others.
struct OrderedSubject {
    struct Message {
        /// The message's number or UID in the answer.
        let number: UInt32
        /// Sent date, seconds since 1970.
        let date: Int64
        let subject: CasemappedText
    }

    /// - Parameter messages: in the order of the mailbox, which decides between equal dates.
    static func threads(of messages: [Message]) -> MessageThreads {
        let order = messages.indices.sorted { left, right in
            let (first, second) = (messages[left], messages[right])
            if first.subject != second.subject { return first.subject < second.subject }
            return (first.date, left) < (second.date, right)
        }
        var threads = MessageThreads(nodes: messages.map { MessageThreads.Node($0.number) })
        var previous: Int?
        for place in order {
            if let previous, messages[previous].subject == messages[place].subject, let root = threads.roots.last {
                threads.nodes[root].children.append(place)
            } else {
                threads.roots.append(place)
            }
            previous = place
        }
        threads.roots.sort { (messages[$0].date, $0) < (messages[$1].date, $1) }
        return threads
    }
}
