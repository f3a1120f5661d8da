import CSystemd
import Glibc
import NIOCore
import Synchronization

/// The listening sockets that systemd handed over to this process (sd_listen_fds(3)), until listeners claim them.
package final class ActivatedSockets: Sendable {
    /// One that was handed over.
    package struct Handed: Sendable {
        /// FileDescriptorName= of the socket unit.
        package let name: String
        package let descriptor: CInt

        package init(name: String, descriptor: CInt) {
            self.name = name
            self.descriptor = descriptor
        }
    }

    private let unclaimed: Mutex<[Handed]>

    package init(_ handed: [Handed]) {
        unclaimed = Mutex(handed)
    }

    /// Takes what the environment says was handed over, and removes it from the environment, so that no child and no
    /// second call takes the same sockets. To be called before other threads start.
    ///
    /// - Throws: `ListenerError` when the environment names descriptors that are not there.
    package static func fromEnvironment() throws(ListenerError) -> ActivatedSockets {
        var names: UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>?
        let count = sd_listen_fds_with_names(1, &names)
        defer {
            if let names {
                for index in 0..<Int(max(count, 0)) { free(names[index]) }
                free(names)
            }
        }
        guard count >= 0 else {
            throw ListenerError(
                listener: "systemd", endpoint: "the sockets handed over", message: SystemError.text(-count))
        }
        return ActivatedSockets(
            (0..<count).map { offset in
                let name = names?[Int(offset)].map { String(cString: $0) } ?? ""
                return Handed(name: name, descriptor: SD_LISTEN_FDS_START + offset)
            })
    }

    /// The socket for a listener: the one with its name, else the one that is bound where it would bind.
    ///
    /// - Throws: `ListenerError` when that is no listening stream socket.
    func claim(_ specification: ListenerSpecification) throws(ListenerError) -> CInt? {
        let handed: Handed? = unclaimed.withLock { unclaimed in
            let index =
                unclaimed.firstIndex { $0.name == specification.name }
                ?? unclaimed.firstIndex { ActivatedSockets.isBound($0.descriptor, as: specification.endpoint) }
            return index.map { unclaimed.remove(at: $0) }
        }
        guard let handed else { return nil }
        guard sd_is_socket(handed.descriptor, AF_UNSPEC, Int32(LIGHTMAIL_STREAM), 1) > 0 else {
            throw ListenerError(
                listener: specification.name, endpoint: "descriptor \(handed.descriptor)",
                message: "what systemd handed over is not a listening stream socket")
        }
        return handed.descriptor
    }

    /// What no listener wanted: names, for a warning. The sockets are closed, so that clients are refused rather than
    /// left to wait.
    func closeRest() -> [String] {
        let rest = unclaimed.withLock { unclaimed in
            defer { unclaimed = [] }
            return unclaimed
        }
        for handed in rest { close(handed.descriptor) }
        return rest.map(\.name)
    }

    private static func isBound(_ descriptor: CInt, as endpoint: ListenerSpecification.Endpoint) -> Bool {
        switch endpoint {
        case .unix(let path, _, _):
            return sd_is_socket_unix(descriptor, Int32(LIGHTMAIL_STREAM), 1, path, 0) > 0
        case .tcp(_, let port):
            guard let port = UInt16(exactly: port), port != 0 else { return false }
            return sd_is_socket_inet(descriptor, AF_UNSPEC, Int32(LIGHTMAIL_STREAM), 1, port) > 0
        }
    }
}
