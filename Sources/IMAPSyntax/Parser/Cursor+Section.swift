// Sections of a message.

extension Cursor {
    ///     section      = "[" [section-spec] "]"
    ///     section-spec = section-msgtext / (section-part ["." section-text])
    mutating func section() throws(SyntaxError) -> SectionSpec {
        try expect(UInt8(ascii: "["), "[")
        var section = SectionSpec()
        if take(UInt8(ascii: "]")) { return section }
        if let digit = next, ByteClass.isDigit(digit) {
            let mayHaveText = try sectionPart(into: &section.part)
            if mayHaveText { section.text = try sectionText(ofPart: true) }
        } else {
            section.text = try sectionText(ofPart: false)
        }
        try expect(UInt8(ascii: "]"), "]")
        return section
    }

    ///     section-binary = "[" [section-part] "]"
    mutating func binarySection() throws(SyntaxError) -> [UInt32] {
        try expect(UInt8(ascii: "["), "[")
        var part: [UInt32] = []
        if next != UInt8(ascii: "]"), try sectionPart(into: &part) { throw error(.expected("a part number")) }
        try expect(UInt8(ascii: "]"), "]")
        return part
    }

    /// Reads part numbers; true when a "." is read after the last of them and no digit follows it.
    ///
    ///     section-part = nz-number *("." nz-number)
    private mutating func sectionPart(into part: inout [UInt32]) throws(SyntaxError) -> Bool {
        repeat {
            if !part.isEmpty, let byte = next, !ByteClass.isDigit(byte) { return true }
            guard part.count < options.maximumDepth else { throw error(.tooDeep) }
            part.append(try nonZeroNumber())
        } while take(UInt8(ascii: "."))
        return false
    }

    ///     section-msgtext = "HEADER" / "HEADER.FIELDS" [".NOT"] SP header-list / "TEXT"
    ///     section-text    = section-msgtext / "MIME"
    private mutating func sectionText(ofPart: Bool) throws(SyntaxError) -> SectionText {
        let start = position
        switch try keyword("a section") {
        case "HEADER": return .header
        case "TEXT": return .text
        case "MIME" where ofPart: return .mime
        case "HEADER.FIELDS": return .headerFields(try headerList())
        case "HEADER.FIELDS.NOT": return .headerFieldsNot(try headerList())
        default: throw SyntaxError(.invalid("section"), offset: start)
        }
    }

    ///     header-list = "(" header-fld-name *(SP header-fld-name) ")"
    private mutating func headerList() throws(SyntaxError) -> [[UInt8]] {
        try space()
        return try parenthesised("header fields") { cursor throws(SyntaxError) in try cursor.astring() }
    }
}
