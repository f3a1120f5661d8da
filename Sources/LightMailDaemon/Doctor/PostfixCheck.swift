import Glibc

/// Whether the Postfix of this host, if there is one, hands mail to lightmail-lmtpd and can reach its socket.
struct PostfixCheck {
    private static let parameters = [
        "queue_directory", "mail_owner", "virtual_transport", "mailbox_transport", "relay_transport", "transport_maps",
        "message_size_limit",
    ]

    private let configuration: Configuration

    init(_ configuration: Configuration) {
        self.configuration = configuration
    }

    func run() -> [Finding] {
        var findings = Findings("postfix")
        let socket = configuration.lmtp.socket
        guard !socket.isEmpty else { return [] }
        guard let settings = Self.settings() else {
            findings.ok("postconf", "there is no Postfix on this host")
            return findings.list
        }
        transport(settings, socket, &findings)
        access(settings["mail_owner"] ?? "postfix", socket, &findings)
        size(settings, &findings)
        return findings.list
    }

    private static func settings() -> [String: String]? {
        guard let lines = postconf("-h \(parameters.joined(separator: " "))"), lines.count == parameters.count else {
            return nil
        }
        return Dictionary(uniqueKeysWithValues: zip(parameters, lines))
    }

    /// What postconf says, a bounded number of lines; nil where there is none. MAIL_CONFIG in the environment leads it
    /// elsewhere.
    private static func postconf(_ arguments: String) -> [String]? {
        guard let stream = popen("PATH=$PATH:/usr/sbin; postconf \(arguments) 2>/dev/null", "r") else { return nil }
        var lines: [String] = []
        var buffer = [CChar](repeating: 0, count: 8192)
        while lines.count < 100, fgets(&buffer, Int32(buffer.count), stream) != nil {
            let line = buffer.prefix { $0 != 0 && $0 != 0x0A }.map { UInt8(bitPattern: $0) }
            lines.append(String(decoding: line, as: UTF8.self))
        }
        return pclose(stream) == 0 ? lines : nil
    }

    /// Whether the LMTP client takes its queue directory for the root of all (master(5): the fifth column).
    private static var locksClientIn: Bool {
        let columns = postconf("-M lmtp/unix")?.first?.split(separator: " ") ?? []
        return columns.count > 4 && columns[4] == "y"
    }

    private func transport(_ settings: [String: String], _ socket: String, _ findings: inout Findings) {
        let queue = settings["queue_directory"] ?? ""
        for name in ["virtual_transport", "mailbox_transport", "relay_transport"] {
            guard let value = settings[name], value.hasPrefix("lmtp:unix:") else { continue }
            let path = value.dropFirst("lmtp:unix:".count)
            // A relative one is below Postfix's own folder.
            if path == socket, Self.locksClientIn {
                findings.error(
                    "transport",
                    "\(name) = \(value), but the LMTP client is locked into \(queue) and looks for it there",
                    advice: "postconf -F lmtp/unix/chroot=n && systemctl reload postfix (docs/POSTFIX.md)")
                return
            }
            if path == socket || "\(queue)/\(path)" == socket {
                findings.ok("transport", "\(name) = \(value)")
                return
            }
        }
        let maps = settings["transport_maps"] ?? ""
        guard maps.isEmpty else {
            findings.warning(
                "transport", "mail comes by transport_maps = \(maps), if at all",
                advice: "postmap -q DOMAIN \(maps) must say lmtp:unix:\(socket) for each of your domains.")
            return
        }
        findings.error(
            "transport", "virtual_transport = \(settings["virtual_transport"] ?? ""): no mail comes to \(socket)",
            advice: "postconf -e virtual_transport=lmtp:unix:\(socket) && systemctl reload postfix (docs/POSTFIX.md)")
    }

    private func access(_ name: String, _ socket: String, _ findings: inout Findings) {
        guard let postfix = LocalUser(named: name), let status = FileStatus(socket) else { return }
        let group = LocalUser.groupName(of: status.group)
        if status.allows(postfix, to: .write) {
            findings.ok("group", "\(name) may write to \(socket)")
        } else {
            findings.error(
                "group", "\(name) is not in the group \(group) and cannot write to \(socket)",
                advice: "usermod -aG \(group) \(name) && systemctl restart postfix")
        }
        var folder = socket[..<(socket.lastIndex(of: "/") ?? socket.startIndex)]
        while !folder.isEmpty {
            if let status = FileStatus(String(folder)), !status.allows(postfix, to: .execute) {
                findings.error(
                    "folder", "\(name) cannot enter \(folder)",
                    advice: "chgrp \(group) \(folder) && chmod g+x \(folder)")
            }
            folder = folder[..<(folder.lastIndex(of: "/") ?? folder.startIndex)]
        }
    }

    private func size(_ settings: [String: String], _ findings: inout Findings) {
        let ours = configuration.lmtp.maxMessageSize
        guard let theirs = Int(settings["message_size_limit"] ?? "") else { return }
        if theirs == 0 || theirs > ours {
            findings.warning(
                "size",
                "message_size_limit = \(theirs), [lmtp] max_message_size = \(ours): "
                    + "Postfix takes messages that it must send back",
                advice: "postconf -e message_size_limit=\(ours), or raise max_message_size.")
        } else {
            findings.ok("size", "message_size_limit = \(theirs) is within [lmtp] max_message_size")
        }
    }
}
