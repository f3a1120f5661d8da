// Arguments of APPEND and REPLACE, segment by segment.

extension Cursor {
    /// RFC 9051 6.3.12, RFC 3502
    ///
    ///     append = "APPEND" SP mailbox 1*append-message
    mutating func append() throws(SyntaxError) -> AppendCommand {
        let name = try mailbox()
        var segment = AppendSegment()
        segment.literal = try appendMessage(&segment.items)
        if segment.literal == nil { try appendMessages(&segment) }
        return AppendCommand(mailbox: name, start: segment)
    }

    /// RFC 8508 5
    ///
    ///     replace = "REPLACE" SP seq-number SP mailbox append-message
    mutating func replace(uid: Bool) throws(SyntaxError) -> Command {
        let number = try nonZeroNumber()
        try space()
        return .replace(number, try append(), uid: uid)
    }

    /// What follows a literal.
    mutating func appendSegment(after literal: AppendLiteral) throws(SyntaxError) -> AppendSegment {
        var segment = AppendSegment()
        if literal.isUTF8 { try close() }
        if literal.role == .message {
            segment.items.append(.end)
        } else if take(UInt8(ascii: " ")) {
            segment.literal = try catenation(&segment.items)
        } else {
            try endCatenation(&segment.items)
        }
        if segment.literal == nil { try appendMessages(&segment) }
        return segment
    }

    /// Further messages, up to the next literal.
    private mutating func appendMessages(_ segment: inout AppendSegment) throws(SyntaxError) {
        while segment.literal == nil, next == UInt8(ascii: " ") {
            segment.literal = try appendMessage(&segment.items)
        }
    }

    /// A message, up to its first literal; nil when it has none and is complete.
    ///
    ///     append-message = [SP flag-list] [SP date-time] SP append-data
    private mutating func appendMessage(_ items: inout [AppendItem]) throws(SyntaxError) -> AppendLiteral? {
        try space()
        var message = AppendMessage()
        if next == UInt8(ascii: "(") {
            message.flags = try flagList()
            try space()
        }
        if next == UInt8(ascii: "\"") {
            message.internalDate = try dateTime()
            try space()
        }
        try add(.message(message), to: &items)
        if take("CATENATE (") { return try catenation(&items) }
        return try octets(.message)
    }

    /// Parts of a message, up to the next literal; nil when the message is complete.
    ///
    ///     "CATENATE" SP "(" cat-part *(SP cat-part) ")"
    private mutating func catenation(_ items: inout [AppendItem]) throws(SyntaxError) -> AppendLiteral? {
        repeat {
            if take("TEXT ") { return try octets(.part) }
            if take("URL ") {
                if next == UInt8(ascii: "{") { return AppendLiteral(.url, try literalHeader(mayBeBinary: false)) }
                try add(.url(try astring()), to: &items)
            } else if next == UInt8(ascii: "U") || next == UInt8(ascii: "u") {
                return try octets(.part)
            } else {
                throw error(.expected("TEXT or URL"))
            }
        } while take(UInt8(ascii: " "))
        try endCatenation(&items)
        return nil
    }

    private mutating func endCatenation(_ items: inout [AppendItem]) throws(SyntaxError) {
        try close()
        items.append(.end)
    }

    ///     utf8-literal = "UTF8" SP "(" literal8 ")"
    private mutating func octets(_ role: AppendLiteral.Role) throws(SyntaxError) -> AppendLiteral {
        let isUTF8 = take("UTF8 (")
        if isUTF8, next != UInt8(ascii: "~") { throw error(.expected("a literal8")) }
        return AppendLiteral(role, try literalHeader(mayBeBinary: true), isUTF8: isUTF8)
    }

    private func add(_ item: AppendItem, to items: inout [AppendItem]) throws(SyntaxError) {
        guard items.count < options.maximumListElements else { throw error(.tooMany("parts")) }
        items.append(item)
    }
}
