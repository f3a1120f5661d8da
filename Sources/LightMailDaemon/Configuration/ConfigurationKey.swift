import LightMailCore

/// One row of the table of configuration keys: a name, where its value is kept, how it is read and written, and what
/// it is for. The default is the value that the property of the section has in a fresh section.
package struct ConfigurationKey<Root>: Sendable {
    package let name: String
    /// One line, for config.ini.example.
    package let help: String
    /// A secret is never printed, and can also be given as a file: `NAME_file`.
    package let isSecret: Bool
    /// Whether a daemon that runs takes it from the configuration again on SIGHUP.
    package private(set) var isReread = false
    let read: @Sendable (String, inout Root) throws(InvalidValue) -> Void
    let write: @Sendable (Root) -> String
    let isSame: @Sendable (Root, Root) -> Bool

    /// The same key, which a daemon that runs takes again on SIGHUP.
    var reread: Self {
        var key = self
        key.isReread = true
        return key
    }

    /// The same row, for a configuration that keeps the section at `path`.
    func lifted<Whole>(through path: WritableKeyPath<Whole, Root> & Sendable) -> ConfigurationKey<Whole> {
        let (read, write, isSame) = (read, write, isSame)
        return ConfigurationKey<Whole>(
            name: name, help: help, isSecret: isSecret, isReread: isReread,
            read: { (text, whole) throws(InvalidValue) in try read(text, &whole[keyPath: path]) },
            write: { write($0[keyPath: path]) }, isSame: { isSame($0[keyPath: path], $1[keyPath: path]) })
    }
}

/// The value of a key is not what the key takes.
struct InvalidValue: Error {
    /// What is wanted, such as "a number from 1 to 65535".
    let expected: String
}

/// A value that stands in the configuration as one of a few words.
package protocol ConfigurationChoice: RawRepresentable<String>, CaseIterable, Equatable, Sendable {}

extension ConfigurationKey {
    private init<Value: Equatable & SendableMetatype>(
        _ name: String, _ path: WritableKeyPath<Root, Value> & Sendable, _ help: String, isSecret: Bool = false,
        parse: @escaping @Sendable (String) throws(InvalidValue) -> Value, print: @escaping @Sendable (Value) -> String
    ) {
        self.init(
            name: name, help: help, isSecret: isSecret,
            read: { (text, root) throws(InvalidValue) in root[keyPath: path] = try parse(text) },
            write: { print($0[keyPath: path]) }, isSame: { $0[keyPath: path] == $1[keyPath: path] })
    }

    /// Any text without control characters.
    static func text(_ name: String, _ path: WritableKeyPath<Root, String> & Sendable, _ help: String) -> Self {
        Self(name, path, help, parse: { (text) throws(InvalidValue) in try printable(text) }, print: { $0 })
    }

    /// An absolute path, or nothing.
    static func path(_ name: String, _ path: WritableKeyPath<Root, String> & Sendable, _ help: String) -> Self {
        Self(
            name, path, help,
            parse: { (text) throws(InvalidValue) in
                guard text.isEmpty || text.hasPrefix("/") else { throw InvalidValue(expected: "an absolute path") }
                return try printable(text)
            }, print: { $0 })
    }

    static func secret(_ name: String, _ path: WritableKeyPath<Root, Secret> & Sendable, _ help: String) -> Self {
        Self(
            name, path, help, isSecret: true,
            parse: { (text) throws(InvalidValue) in Secret(try printable(text)) }, print: { $0.description })
    }

    /// true, yes, on, 1; false, no, off, 0.
    static func flag(_ name: String, _ path: WritableKeyPath<Root, Bool> & Sendable, _ help: String) -> Self {
        Self(
            name, path, help,
            parse: { (text) throws(InvalidValue) in
                switch text.lowercased() {
                case "true", "yes", "on", "1": return true
                case "false", "no", "off", "0": return false
                default: throw InvalidValue(expected: "true or false")
                }
            }, print: { $0 ? "true" : "false" })
    }

    static func number(
        _ name: String, _ path: WritableKeyPath<Root, Int> & Sendable, in range: ClosedRange<Int>, _ help: String
    ) -> Self {
        Self(
            name, path, help, parse: { (text) throws(InvalidValue) in try integer(text, in: range) },
            print: { String($0) })
    }

    /// A TCP port.
    static func port(_ name: String, _ path: WritableKeyPath<Root, Int> & Sendable, _ help: String) -> Self {
        number(name, path, in: 1...65535, help)
    }

    /// A TCP port; 0 leaves the listener out.
    static func optionalPort(_ name: String, _ path: WritableKeyPath<Root, Int> & Sendable, _ help: String) -> Self {
        number(name, path, in: 0...65535, help)
    }

    /// A time in whole seconds.
    static func seconds(
        _ name: String, _ path: WritableKeyPath<Root, Duration> & Sendable, in range: ClosedRange<Int>, _ help: String
    ) -> Self {
        Self(
            name, path, help,
            parse: { (text) throws(InvalidValue) in .seconds(try integer(text, in: range, unit: " seconds")) },
            print: { String($0.components.seconds) })
    }

    /// A time in whole milliseconds.
    static func milliseconds(
        _ name: String, _ path: WritableKeyPath<Root, Duration> & Sendable, in range: ClosedRange<Int>, _ help: String
    ) -> Self {
        Self(
            name, path, help,
            parse: { (text) throws(InvalidValue) in
                .milliseconds(try integer(text, in: range, unit: " milliseconds"))
            }, print: { String($0 / .milliseconds(1), whole: ()) })
    }

    static func choice<Choice: ConfigurationChoice>(
        _ name: String, _ path: WritableKeyPath<Root, Choice> & Sendable, _ help: String
    ) -> Self {
        Self(
            name, path, help,
            parse: { (text) throws(InvalidValue) in
                guard let choice = Choice(rawValue: text.lowercased()) else {
                    throw InvalidValue(expected: "one of " + Choice.allCases.map(\.rawValue).joined(separator: ", "))
                }
                return choice
            }, print: \.rawValue)
    }

    /// Words separated by commas or blanks.
    static func list(_ name: String, _ path: WritableKeyPath<Root, [String]> & Sendable, _ help: String) -> Self {
        Self(
            name, path, help,
            parse: { (text) throws(InvalidValue) in words(try printable(text)) },
            print: { $0.joined(separator: ", ") })
    }

    /// Addresses of accounts, separated by commas or blanks.
    static func addresses(
        _ name: String, _ path: WritableKeyPath<Root, [EmailAddress]> & Sendable, _ help: String
    ) -> Self {
        Self(
            name, path, help,
            parse: { (text) throws(InvalidValue) in
                var addresses: [EmailAddress] = []
                for word in words(text) {
                    guard let address = try? EmailAddress(word) else {
                        throw InvalidValue(expected: "a list of addresses such as user@example.com")
                    }
                    addresses.append(address)
                }
                return addresses
            }, print: { $0.map(\.description).joined(separator: ", ") })
    }

    /// Networks such as 10.0.0.0/8 or 2001:db8::/32, separated by commas or blanks.
    static func networks(_ name: String, _ path: WritableKeyPath<Root, [Network]> & Sendable, _ help: String) -> Self {
        Self(
            name, path, help,
            parse: { (text) throws(InvalidValue) in
                var networks: [Network] = []
                for word in words(text) {
                    guard let network = Network(word) else {
                        throw InvalidValue(expected: "a list of networks such as 10.0.0.0/8, 2001:db8::/32")
                    }
                    networks.append(network)
                }
                return networks
            }, print: { $0.map(\.description).joined(separator: ", ") })
    }
}

extension String {
    /// A quotient without its fraction: the milliseconds of a duration that was read from whole milliseconds.
    fileprivate init(_ quotient: Double, whole: Void) {
        self.init(Int(quotient.rounded()))
    }
}

private func printable(_ text: String) throws(InvalidValue) -> String {
    guard text.unicodeScalars.allSatisfy({ $0.properties.generalCategory != .control }) else {
        throw InvalidValue(expected: "text without control characters")
    }
    return text
}

private func integer(_ text: String, in range: ClosedRange<Int>, unit: String = "") throws(InvalidValue) -> Int {
    guard let value = Int(text), range.contains(value), text.utf8.first != UInt8(ascii: "+") else {
        throw InvalidValue(expected: "a number from \(range.lowerBound) to \(range.upperBound)\(unit)")
    }
    return value
}

private func words(_ text: String) -> [String] {
    text.split(whereSeparator: { $0 == "," || $0 == " " || $0 == "\t" }).map(String.init)
}
