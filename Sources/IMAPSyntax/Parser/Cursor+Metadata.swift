// Arguments of the commands about annotations.

extension Cursor {
    ///     getmetadata = "GETMETADATA" [SP getmetadata-options] SP mailbox SP entries
    ///     entries     = entry / "(" entry *(SP entry) ")"
    ///
    /// The grammar of RFC 5464 has the options before the mailbox, and its examples behind it: both are read.
    mutating func getMetadata() throws(SyntaxError) -> Command {
        var options = MetadataOptions()
        if next == UInt8(ascii: "(") {
            try metadataOptions(&options)
            try space()
        }
        let mailbox = try mailbox()
        try space()
        if next == UInt8(ascii: "("), !beginsEntry(at: position + 1) {
            try metadataOptions(&options)
            try space()
        }
        let entries =
            next == UInt8(ascii: "(")
            ? try metadataEntryNames()
            : [try metadataEntryName()]
        return .getMetadata(
            GetMetadataCommand(
                mailbox: mailbox, entries: entries, maxSize: options.maxSize, depth: options.depth ?? .zero))
    }

    ///     setmetadata  = "SETMETADATA" SP mailbox SP entry-values
    ///     entry-values = "(" entry-value *(SP entry-value) ")"
    ///     entry-value  = entry SP value
    ///     value        = nstring / literal8
    mutating func setMetadata() throws(SyntaxError) -> Command {
        let mailbox = try mailbox()
        try space()
        let entries = try parenthesised("entries") { cursor throws(SyntaxError) in
            let start = cursor.position
            let name = try cursor.metadataEntryName()
            guard name.isComplete else { throw SyntaxError(.invalid("entry name"), offset: start) }
            try cursor.space()
            return MetadataEntry(
                name, cursor.next == UInt8(ascii: "~") ? try cursor.literal8() : try cursor.nstring())
        }
        return .setMetadata(mailbox, entries)
    }

    ///     "(" entry *(SP entry) ")", each once.
    mutating func metadataEntryNames() throws(SyntaxError) -> [MetadataEntryName] {
        try parenthesised("entries") { cursor throws(SyntaxError) in try cursor.metadataEntryName() }.uniqued()
    }

    private mutating func metadataEntryName() throws(SyntaxError) -> MetadataEntryName {
        let start = position
        guard let name = MetadataEntryName(try astring()) else {
            throw SyntaxError(.invalid("entry name"), offset: start)
        }
        return name
    }

    /// Whether an entry, and no option, begins there.
    private func beginsEntry(at place: Int) -> Bool {
        guard place < bytes.count else { return false }
        return [UInt8(ascii: "/"), UInt8(ascii: "\""), UInt8(ascii: "{")].contains(bytes[place])
    }

    private struct MetadataOptions {
        var maxSize: UInt32?
        var depth: GetMetadataCommand.Depth?
    }

    ///     getmetadata-options = "(" getmetadata-option *(SP getmetadata-option) ")"
    ///     maxsize-opt         = "MAXSIZE" SP number
    ///     scope-opt           = "DEPTH" SP ("0" / "1" / "infinity")
    private mutating func metadataOptions(_ options: inout MetadataOptions) throws(SyntaxError) {
        try open()
        repeat {
            let start = position
            switch try keyword("an option") {
            case "MAXSIZE" where options.maxSize == nil:
                try space()
                options.maxSize = UInt32(truncatingIfNeeded: try number64(atMost: UInt64(UInt32.max)))
            case "DEPTH" where options.depth == nil:
                try space()
                options.depth = try metadataDepth()
            default:
                throw SyntaxError(.invalid("option"), offset: start)
            }
        } while take(UInt8(ascii: " "))
        try close()
    }

    private mutating func metadataDepth() throws(SyntaxError) -> GetMetadataCommand.Depth {
        let start = position
        switch try keyword("a depth") {
        case "0": return .zero
        case "1": return .one
        case "INFINITY": return .infinity
        default: throw SyntaxError(.invalid("depth"), offset: start)
        }
    }
}
