import IMAPSyntax
import LightMailCore
import MailFormat

/// What the messages of a SORT are compared by: a column a criterion, a value a message.
struct SortKeys {
    /// Texts are compared by so many bytes at most: what sorts alike for so long may stand in the order of the mailbox.
    private static let longestText = 512

    private enum Column {
        case numbers([Int64])
        case texts([CasemappedText])
    }

    private let criteria: [SortCriterion]
    private var columns: [Column]

    /// - Parameter criteria: a key that comes again decides nothing any more, and is left out.
    init(_ criteria: [SortCriterion]) {
        var seen: Set<SortCriterion.Key> = []
        self.criteria = criteria.filter { seen.insert($0.key).inserted }
        columns = self.criteria.map { $0.key.isNumber ? .numbers([]) : .texts([]) }
    }

    /// Whether envelopes are needed at all.
    var needsEnvelopes: Bool { criteria.contains { $0.key != .arrival && $0.key != .size } }

    /// Adds the values of the next message.
    ///
    /// - Parameter envelope: nil for a message that is gone meanwhile, or where none is needed.
    mutating func append(_ view: MailboxIndex, _ position: Int, _ envelope: Envelope?) {
        for (index, criterion) in criteria.enumerated() {
            switch columns[index] {
            case .numbers(var numbers):
                // The column lets go of its array, so that it is changed in place.
                columns[index] = .numbers([])
                numbers.append(Self.number(criterion.key, view, position, envelope))
                columns[index] = .numbers(numbers)
            case .texts(var texts):
                columns[index] = .texts([])
                texts.append(envelope.map { Self.text(criterion.key, $0) } ?? CasemappedText())
                columns[index] = .texts(texts)
            }
        }
    }

    /// Whether the message added at one place stands before that at another; the places decide what nothing else does.
    func precedes(_ left: Int, _ right: Int) -> Bool {
        for (criterion, column) in zip(criteria, columns) {
            switch column {
            case .numbers(let numbers):
                if numbers[left] != numbers[right] { return (numbers[left] < numbers[right]) != criterion.isReversed }
            case .texts(let texts):
                if texts[left] != texts[right] { return (texts[left] < texts[right]) != criterion.isReversed }
            }
        }
        return left < right
    }

    private static func number(
        _ key: SortCriterion.Key, _ view: MailboxIndex, _ position: Int, _ envelope: Envelope?
    ) -> Int64 {
        switch key {
        case .size: Int64(view.sizes[position])
        case .date: sentDate(envelope?.date, view, position)
        default: view.dates[position]
        }
    }

    /// RFC 5256 2.2: the date of the message, or when it arrived. Seconds since 1970.
    static func sentDate(_ date: [UInt8]?, _ view: MailboxIndex, _ position: Int) -> Int64 {
        date.flatMap { MailDate($0)?.seconds } ?? view.dates[position]
    }

    private static func text(_ key: SortCriterion.Key, _ envelope: Envelope) -> CasemappedText {
        var text: CasemappedText
        switch key {
        case .subject: text = CasemappedText(BaseSubject(envelope.subject ?? []).text)
        case .from: text = mailbox(envelope.from)
        case .to: text = mailbox(envelope.to)
        case .cc: text = mailbox(envelope.cc)
        case .displayFrom: text = display(envelope.from)
        case .displayTo: text = display(envelope.to)
        default: text = CasemappedText()
        }
        text.keepPrefix(longestText)
        return text
    }

    /// RFC 5256 3: addr-mailbox of the first address.
    private static func mailbox(_ addresses: [EnvelopeAddress]) -> CasemappedText {
        CasemappedText(header: addresses.first?.mailbox ?? [])
    }

    /// RFC 5957 3
    private static func display(_ addresses: [EnvelopeAddress]) -> CasemappedText {
        guard let first = addresses.first else { return CasemappedText() }
        if let name = first.name {
            let text = CasemappedText(header: name)
            if !text.isEmpty { return text }
        }
        guard let mailbox = first.mailbox else { return CasemappedText() }
        guard let host = first.host else { return CasemappedText(header: mailbox) }
        return CasemappedText(header: mailbox + [UInt8(ascii: "@")] + host)
    }
}

extension SortCriterion.Key {
    fileprivate var isNumber: Bool {
        switch self {
        case .arrival, .date, .size: true
        default: false
        }
    }
}
