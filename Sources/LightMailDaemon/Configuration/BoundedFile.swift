import Glibc

/// Why a file was not read.
struct BoundedFileError: Error, Equatable {
    let message: String
}

/// Reads small files whole, and never more than a bound.
enum BoundedFile {
    /// - Throws: `BoundedFileError` when the file cannot be opened, is no regular file or is larger than `limit` bytes.
    static func read(_ path: String, limit: Int) throws(BoundedFileError) -> [UInt8] {
        // Non-blocking, so that a FIFO in the file's place does not hold the start up for ever.
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else { throw BoundedFileError(message: SystemError.text(errno)) }
        defer { close(descriptor) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { throw BoundedFileError(message: SystemError.text(errno)) }
        guard status.st_mode & S_IFMT == S_IFREG else { throw BoundedFileError(message: "it is not a regular file") }
        var bytes: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 16384)
        while true {
            let count = Glibc.read(descriptor, &chunk, chunk.count)
            if count == 0 { return bytes }
            if count < 0 {
                if errno == EINTR { continue }
                throw BoundedFileError(message: SystemError.text(errno))
            }
            bytes += chunk[..<count]
            guard bytes.count <= limit else { throw BoundedFileError(message: "it is larger than \(limit) bytes") }
        }
    }

    static func exists(_ path: String) -> Bool {
        access(path, F_OK) == 0
    }
}

/// The words for an `errno`.
enum SystemError {
    static func text(_ code: Int32) -> String {
        var buffer = [CChar](repeating: 0, count: 256)
        // The XSI form of strerror_r, which writes into the buffer.
        guard strerror_r(code, &buffer, buffer.count) == 0 else { return "error \(code)" }
        return String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}

/// The name of this machine.
enum MachineName {
    /// As gethostname(2) gives it, or `localhost`.
    static var current: String {
        var buffer = [CChar](repeating: 0, count: 256)
        guard gethostname(&buffer, buffer.count - 1) == 0, buffer[0] != 0 else { return "localhost" }
        return String(decoding: buffer.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
