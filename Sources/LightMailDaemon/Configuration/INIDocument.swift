/// Reads the bytes of an INI file into sections and keys with their lines. It refuses what is not UTF-8, files and
/// lines beyond a bound, duplicate sections and keys, and quotes that do not close, and reports every problem at once.
///
/// ```
/// # comment        ; comment
/// [section]
/// key = value      ; a comment after a blank
/// key = "quoted, with \" and \\, and # kept"
/// key = 'quoted, with nothing special but the quote'
/// ```
struct INIDocument: Sendable {
    /// Bytes a file may have.
    static let maximumSize = 1 << 20
    /// Bytes a line may have.
    static let maximumLine = 8192

    struct Entry: Sendable, Equatable {
        let section: String
        let key: String
        let value: String
        /// Counts from 1.
        let line: Int
        /// The value stood without quotes and was cut where a comment began.
        let isCutByComment: Bool
    }

    struct Section: Sendable, Equatable {
        let name: String
        let line: Int
    }

    struct Problem: Error, Equatable {
        let line: Int
        var section: String?
        var key: String?
        let message: String
    }

    private(set) var sections: [Section] = []
    private(set) var entries: [Entry] = []
    private(set) var problems: [Problem] = []

    init(_ bytes: [UInt8]) {
        guard bytes.count <= INIDocument.maximumSize else {
            problems.append(Problem(line: 1, message: "the file is larger than \(INIDocument.maximumSize) bytes"))
            return
        }
        let byteOrderMark: [UInt8] = [0xEF, 0xBB, 0xBF]
        let content = bytes.starts(with: byteOrderMark) ? bytes[3...] : bytes[...]
        var current: String?
        for (index, line) in content.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).enumerated()
        {
            do throws(Problem) {
                try read(line.last == UInt8(ascii: "\r") ? line.dropLast() : line, number: index + 1, in: &current)
            } catch {
                problems.append(error)
            }
        }
    }

    private mutating func read(_ bytes: ArraySlice<UInt8>, number: Int, in current: inout String?) throws(Problem) {
        guard bytes.count <= INIDocument.maximumLine else {
            throw Problem(line: number, message: "the line is longer than \(INIDocument.maximumLine) bytes")
        }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw Problem(line: number, message: "the line is not UTF-8")
        }
        let line = text.trimmedOfBlanks
        switch line.first {
        case nil, "#", ";": return
        case "[": current = try readHeader(line, number: number)
        default:
            guard let section = current else {
                throw Problem(line: number, message: "a key stands before the first [section]")
            }
            try readEntry(line, number: number, section: section)
        }
    }

    private mutating func readHeader(_ line: Substring, number: Int) throws(Problem) -> String {
        guard let close = line.firstIndex(of: "]") else {
            throw Problem(line: number, message: "the section's name is not closed by ]")
        }
        let name = String(line[line.index(after: line.startIndex)..<close].trimmedOfBlanks)
        let rest = line[line.index(after: close)...].trimmedOfBlanks
        guard rest.isEmpty || rest.first == "#" || rest.first == ";" else {
            throw Problem(line: number, message: "something stands after the section's name")
        }
        guard !name.isEmpty else { throw Problem(line: number, message: "the section has no name") }
        // The keys that follow belong to the name even when it is a second time: one problem is reported, not twenty.
        if let first = sections.first(where: { $0.name == name }) {
            problems.append(
                Problem(line: number, section: name, message: "this section began before, on line \(first.line)"))
        } else {
            sections.append(Section(name: name, line: number))
        }
        return name
    }

    private mutating func readEntry(_ line: Substring, number: Int, section: String) throws(Problem) {
        guard let equals = line.firstIndex(of: "=") else {
            throw Problem(line: number, section: section, message: "the line is neither a comment nor KEY = VALUE")
        }
        let key = String(line[..<equals].trimmedOfBlanks)
        guard !key.isEmpty else {
            throw Problem(line: number, section: section, message: "there is no key before the =")
        }
        let value = line[line.index(after: equals)...].trimmedOfBlanks
        let (text, isCut): (String, Bool)
        do throws(UnquotingError) {
            (text, isCut) = try unquote(value)
        } catch {
            throw Problem(line: number, section: section, key: key, message: error.message)
        }
        if let first = entries.first(where: { $0.section == section && $0.key == key }) {
            throw Problem(
                line: number, section: section, key: key, message: "this key was set before, on line \(first.line)")
        }
        entries.append(Entry(section: section, key: key, value: text, line: number, isCutByComment: isCut))
    }

    private struct UnquotingError: Error {
        let message: String
    }

    /// The value without its quotes and without the comment after it.
    private func unquote(_ value: Substring) throws(UnquotingError) -> (text: String, isCut: Bool) {
        guard let quote = value.first, quote == "\"" || quote == "'" else {
            var isAfterBlank = true
            for index in value.indices {
                if isAfterBlank, value[index] == "#" || value[index] == ";" {
                    return (String(value[..<index].trimmedOfBlanks), true)
                }
                isAfterBlank = value[index] == " " || value[index] == "\t"
            }
            return (String(value), false)
        }
        var text = ""
        var isEscaped = false
        for index in value.indices.dropFirst() {
            let character = value[index]
            if isEscaped {
                guard character == "\"" || character == "\\" else {
                    throw UnquotingError(message: #"in double quotes \ stands only before " and \"#)
                }
                text.append(character)
                isEscaped = false
            } else if character == "\\", quote == "\"" {
                isEscaped = true
            } else if character == quote {
                let rest = value[value.index(after: index)...].trimmedOfBlanks
                guard rest.isEmpty || rest.first == "#" || rest.first == ";" else {
                    throw UnquotingError(message: "something stands after the closing quote")
                }
                return (text, false)
            } else {
                text.append(character)
            }
        }
        throw UnquotingError(message: "the quote is not closed")
    }
}

extension Substring {
    /// Without the spaces and tabs at both ends.
    fileprivate var trimmedOfBlanks: Substring {
        var slice = self
        while let first = slice.first, first == " " || first == "\t" { slice.removeFirst() }
        while let last = slice.last, last == " " || last == "\t" { slice.removeLast() }
        return slice
    }
}

extension StringProtocol where Self == String {
    fileprivate var trimmedOfBlanks: Substring {
        self[...].trimmedOfBlanks
    }
}
