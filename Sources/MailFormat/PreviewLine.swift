/// A text on one line, of bounded length: every run of white space is a space, and what cannot be seen is left out, such as
/// the characters that newsletters fill their previews with. What comes after it is full is not looked at.
struct PreviewLine {
    private var scalars = String.UnicodeScalarView()
    private var length = 0
    private var needsSpace = false
    private let maximumLength: Int

    /// - Parameter maximumLength: in Unicode scalars.
    init(maximumLength: Int) {
        self.maximumLength = maximumLength
    }

    var isFull: Bool { length >= maximumLength }

    var text: String {
        var scalars = scalars
        // The text may have been cut within a character.
        while let last = scalars.last, last == "\u{FFFD}" || last == " " { scalars.removeLast() }
        return String(scalars)
    }

    /// Appends a line, which white space stands behind.
    mutating func append(_ utf8: ArraySlice<UInt8>) {
        var position = utf8.startIndex
        while position < utf8.endIndex, !isFull {
            let byte = utf8[position]
            if byte < 0x80 {
                append(Unicode.Scalar(byte))
                position += 1
            } else {
                // The end of ASCII: a run of other characters, which are seldom alone.
                let end = utf8[position...].firstIndex { $0 < 0x80 } ?? utf8.endIndex
                for scalar in String(decoding: utf8[position..<end], as: UTF8.self).unicodeScalars where !isFull {
                    append(scalar)
                }
                position = end
            }
        }
        needsSpace = length > 0
    }

    private mutating func append(_ scalar: Unicode.Scalar) {
        if !scalar.isASCII || scalar.value <= 0x20 || scalar.value == 0x7F {
            if scalar.properties.isWhitespace {
                needsSpace = length > 0
                return
            }
            if scalar.isUnseen { return }
        }
        guard !isFull else { return }
        if needsSpace {
            scalars.append(" ")
            length += 1
            needsSpace = false
            guard !isFull else { return }
        }
        scalars.append(scalar)
        length += 1
    }
}

extension Unicode.Scalar {
    /// Whether it leaves no trace in a line: controls, what has no meaning, and joiners but the one that makes emoji.
    fileprivate var isUnseen: Bool {
        switch properties.generalCategory {
        case .control, .surrogate, .privateUse, .unassigned: true
        case .format: self != "\u{200D}"
        default: self == "\u{034F}"
        }
    }
}
