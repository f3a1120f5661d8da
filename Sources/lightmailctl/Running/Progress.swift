import Glibc
import LightMailCore

/// Shows on standard error how far something is: a bar that moves on a terminal, a line a mailbox elsewhere.
final class Progress {
    private let verb: String
    private let isTerminal = isatty(STDERR_FILENO) == 1
    private var isBarShown = false
    private var last = ""

    /// - Parameter verb: what is done: `importing`.
    init(_ verb: String) {
        self.verb = verb
    }

    private static let width = 24

    /// - Parameters:
    ///   - done: units done; the first call of a mailbox has 0.
    ///   - total: units in all.
    func show(_ mailbox: String, _ done: Int64, of total: Int64) {
        guard isTerminal else {
            if done == 0 { StandardError.write("\(verb) \(Report.line([mailbox]))\n") }
            return
        }
        let share = total > 0 ? Double(min(done, total)) / Double(total) : 1
        let filled = Int(share * Double(Self.width))
        let bar = String(repeating: "#", count: filled) + String(repeating: ".", count: Self.width - filled)
        let text = "\(verb) [\(bar)] \(Int(share * 100))% \(Report.line([String(mailbox.prefix(40))]))"
        guard text != last else { return }
        last = text
        StandardError.write("\r\(text)\u{1B}[K")
        isBarShown = true
    }

    /// Tells something, in a line of its own.
    func note(_ text: String) {
        clear()
        StandardError.write("lightmailctl: \(Report.line([text]))\n")
    }

    /// Takes the bar away.
    func clear() {
        guard isBarShown else { return }
        StandardError.write("\r\u{1B}[K")
        isBarShown = false
        last = ""
    }
}
