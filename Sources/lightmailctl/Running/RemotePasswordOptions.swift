import ArgumentParser
import FoundationEssentials
import Glibc

/// How a subcommand is told a password of another server; never on the command line, where all of this host can see it.
struct RemotePasswordOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "Read the password from this file; a newline at its end is not part of it.", valueName: "file"),
        completion: .file())
    var passwordFile: String?

    @Flag(help: "Read the password from standard input; a newline at its end is not part of it.")
    var passwordStdin = false

    private static let variable = "LIGHTMAIL_IMPORT_PASSWORD"

    func validate() throws {
        guard passwordFile == nil || !passwordStdin else {
            throw ValidationError("Give either --password-file or --password-stdin.")
        }
    }

    func read() throws -> String {
        let bytes: [UInt8]
        if let passwordFile {
            let descriptor = open(passwordFile, O_RDONLY | O_CLOEXEC)
            guard descriptor >= 0 else {
                throw Failure(.data, "\(passwordFile): \(String(cString: strerror(errno)))")
            }
            defer { close(descriptor) }
            bytes = try PasswordOptions.line(from: descriptor)
        } else if passwordStdin {
            bytes = try PasswordOptions.line(from: STDIN_FILENO)
        } else if let text = ProcessInfo.processInfo.environment[Self.variable] {
            bytes = Array(text.utf8)
        } else {
            guard isatty(STDIN_FILENO) == 1 else {
                throw Failure(.usage, "give --password-file, --password-stdin or $\(Self.variable)")
            }
            bytes = try PasswordOptions.ask("Password of the other account: ")
        }
        guard !bytes.isEmpty, !bytes.contains(0), let text = String(validating: bytes, as: UTF8.self) else {
            throw Failure(.data, "the password is empty or not UTF-8")
        }
        return text
    }
}
