import ArgumentParser
import Glibc

/// How a subcommand is told a password.
struct PasswordOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The password. Other users of this machine can see it while the command runs; prefer --password-stdin.",
            valueName: "secret"))
    var password: String?

    @Flag(help: "Read the password from standard input; a newline at its end is not part of it.")
    var passwordStdin = false

    func validate() throws {
        guard password == nil || !passwordStdin else {
            throw ValidationError("Give either --password or --password-stdin.")
        }
        guard password != nil || passwordStdin || isatty(STDIN_FILENO) == 1 else {
            throw ValidationError("Missing --password or --password-stdin; it is asked for only on a terminal.")
        }
    }

    /// The password's bytes: as given, read, or asked for on the terminal.
    func read() throws -> [UInt8] {
        if let password { return Array(password.utf8) }
        if passwordStdin { return try Self.line(from: STDIN_FILENO) }
        let first = try Self.ask("Password: ")
        guard try Self.ask("Once more: ") == first else { throw Failure(.data, "the two passwords differ") }
        return first
    }

    /// Far above the longest that an account can have, and a bound for a pipe that never ends.
    private static let longest = 4096

    /// A password that is all of a file, without the newline at its end.
    static func line(from descriptor: Int32) throws -> [UInt8] {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: longest + 2)
        while bytes.count <= longest + 2 {
            let count = Glibc.read(descriptor, &buffer, buffer.count)
            if count == -1, errno == EINTR { continue }
            guard count >= 0 else {
                throw Failure(.software, "cannot read the password: \(String(cString: strerror(errno)))")
            }
            if count == 0 { break }
            bytes += buffer[..<count]
        }
        if bytes.last == UInt8(ascii: "\n") { bytes.removeLast() }
        if bytes.last == UInt8(ascii: "\r") { bytes.removeLast() }
        guard bytes.count <= longest else { throw Failure(.data, "the password is too long") }
        return bytes
    }

    /// Asks on the terminal without echo.
    static func ask(_ prompt: String) throws -> [UInt8] {
        var settings = termios()
        guard tcgetattr(STDIN_FILENO, &settings) == 0 else { throw Failure(.software, "cannot read the terminal") }
        var silent = settings
        silent.c_lflag &= ~tcflag_t(ECHO)
        StandardError.write(prompt)
        tcsetattr(STDIN_FILENO, TCSAFLUSH, &silent)
        defer {
            tcsetattr(STDIN_FILENO, TCSAFLUSH, &settings)
            StandardError.write("\n")
        }
        guard let line = readLine(strippingNewline: true) else { throw Failure(.data, "no password was given") }
        return Array(line.utf8)
    }
}
