// Joins a parameter that came in sections (RFC 2231 section 3) into one.

/// The sections of parameter values.
///
///     section       = "*" initial-section / other-sections          RFC 2231 7
///     attribute*0, attribute*1, ...      plain sections
///     attribute*0*, attribute*1*, ...    extended sections
///
/// Sections that are all plain give a plain parameter. If one is extended they give an extended parameter, "name*", in
/// the form charset'language'percent-encoded, the plain sections percent-encoded: clients decode that form, as Cyrus
/// and Dovecot send it. Sections without a section 0, or behind a gap, are dropped; RFC 2231 gives them no meaning.
enum ParameterSections {
    private struct Section {
        var number: Int
        var isExtended: Bool
        var value: [UInt8]
    }

    /// Joins what came in sections; every other parameter stays as it is. A joined parameter stands where its first
    /// section stood.
    static func join(_ parameters: [Parameter]) -> [Parameter] {
        var joined: [Parameter] = []
        var places: [String: Int] = [:]
        var sections: [[Section]] = []
        var names: [(place: Int, base: String)] = []
        for parameter in parameters {
            guard let (base, section) = parse(parameter) else {
                joined.append(parameter)
                continue
            }
            if let known = places[base] {
                sections[known].append(section)
            } else {
                places[base] = sections.count
                sections.append([section])
                names.append((joined.count, base))
                joined.append(Parameter(name: base, value: []))
            }
        }
        var missing: Set<Int> = []
        for (name, sections) in zip(names, sections) {
            if let parameter = concatenate(sections, base: name.base) {
                joined[name.place] = parameter
            } else {
                missing.insert(name.place)
            }
        }
        return joined.indices.filter { !missing.contains($0) }.map { joined[$0] }
    }

    /// The base name and section of "base*number" or "base*number*"; nil for any other name.
    private static func parse(_ parameter: Parameter) -> (base: String, section: Section)? {
        var name = Array(parameter.name.utf8)
        let isExtended = name.last == ASCII.asterisk
        if isExtended { name.removeLast() }
        guard let star = name.lastIndex(of: ASCII.asterisk), star > 0 else { return nil }
        let digits = name[(star + 1)...]
        guard (1...3).contains(digits.count), digits.allSatisfy(\.isDigit) else { return nil }
        let number = digits.reduce(0) { $0 * 10 + Int($1 - ASCII.zero) }
        return (
            String(decoding: name[..<star], as: UTF8.self),
            Section(number: number, isExtended: isExtended, value: parameter.value)
        )
    }

    private static func concatenate(_ sections: [Section], base: String) -> Parameter? {
        var ordered: [Section] = []
        for section in sections.sorted(by: { $0.number < $1.number }) where section.number == ordered.count {
            ordered.append(section)
        }
        guard let first = ordered.first else { return nil }
        guard ordered.contains(where: \.isExtended) else {
            return Parameter(name: base, value: ordered.flatMap(\.value))
        }
        // The charset and language stand in section 0. If that one is plain there are none.
        var value: [UInt8] = first.isExtended ? [] : Array("''".utf8)
        for section in ordered { value += section.isExtended ? section.value : percentEncode(section.value) }
        return Parameter(name: base + "*", value: value)
    }

    /// Encodes every byte that is no attribute-char (RFC 2231 7).
    private static func percentEncode(_ bytes: [UInt8]) -> [UInt8] {
        let digits = Array("0123456789ABCDEF".utf8)
        return bytes.flatMap { byte -> [UInt8] in
            let isAttributeCharacter =
                byte.isToken && byte != ASCII.asterisk && byte != UInt8(ascii: "'") && byte != ASCII.percent
            return isAttributeCharacter ? [byte] : [ASCII.percent, digits[Int(byte >> 4)], digits[Int(byte & 15)]]
        }
    }
}
