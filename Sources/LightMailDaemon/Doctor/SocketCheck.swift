import Glibc

/// Whether the daemons of this host listen, and whether the socket for Postfix is open to Postfix and to nobody else.
struct SocketCheck {
    private struct Port {
        let name: String
        let number: Int
        /// How the greeting begins; nil where the client speaks first.
        let greeting: String?
    }

    private let configuration: Configuration

    init(_ configuration: Configuration) {
        self.configuration = configuration
    }

    func run() -> [Finding] {
        var findings = Findings("sockets")
        let (imap, pop3, smtp) = (configuration.imap, configuration.pop3, configuration.smtpServer)
        daemon(
            .imapd, imap.bind, isProxied: imap.proxyProtocol,
            [
                Port(name: "imap", number: imap.port, greeting: "* OK"),
                Port(name: "imaps", number: imap.enableSSL ? imap.sslPort : 0, greeting: nil),
            ], &findings)
        daemon(
            .pop3d, pop3.bind, isProxied: pop3.proxyProtocol,
            [
                Port(name: "pop3", number: pop3.port, greeting: "+OK"),
                Port(name: "pop3s", number: pop3.enableSSL ? pop3.sslPort : 0, greeting: nil),
            ], &findings)
        daemon(
            .smtpd, smtp.bind, isProxied: smtp.proxyProtocol,
            [
                Port(name: "smtp", number: smtp.port, greeting: "220 "),
                Port(name: "submission", number: smtp.submissionPort, greeting: "220 "),
                Port(name: "submissions", number: smtp.enableSSL ? smtp.smtpsPort : 0, greeting: nil),
            ], &findings)
        if !configuration.api.token.isEmpty {
            daemon(
                .apid, configuration.api.bind, isProxied: true,
                [Port(name: "api", number: configuration.api.port, greeting: nil)], &findings)
        }
        if !configuration.lmtp.socket.isEmpty { lmtp(configuration.lmtp.socket, &findings) }
        return findings.list
    }

    private func daemon(
        _ kind: DaemonKind, _ bind: String, isProxied: Bool, _ ports: [Port], _ findings: inout Findings
    ) {
        let host = bind == "0.0.0.0" ? "127.0.0.1" : bind == "::" ? "::1" : bind
        for port in ports where port.number != 0 {
            let address = SocketProbe.Address.tcp(host: host, port: port.number)
            do throws(SocketProbe.Failure) {
                let probe = try SocketProbe(address)
                // Behind a balancer the daemon waits for its header before it greets.
                guard let wanted = port.greeting, !isProxied else {
                    findings.ok(port.name, "\(address) is listened on")
                    continue
                }
                let greeting = try probe.line()
                if greeting.hasPrefix(wanted) {
                    findings.ok(port.name, "\(address) greets")
                } else {
                    findings.error(
                        port.name, "\(address) greets with \"\(greeting)\"",
                        advice: "Another program has this port, or too many clients; see ss -ltnp.")
                }
            } catch {
                findings.warning(
                    port.name, "\(address): \(error.message)",
                    advice: "systemctl start \(kind.program).service, or disable its socket unit and set the port to 0."
                )
            }
        }
    }

    private func lmtp(_ path: String, _ findings: inout Findings) {
        guard let status = FileStatus(path), status.isSocket else {
            findings.warning(
                "lmtp", "there is no socket \(path)",
                advice: "systemctl start lightmail-lmtpd.socket, if mail comes in on this host; its folder must exist.")
            return
        }
        let (owner, group) = (LocalUser.name(of: status.owner), LocalUser.groupName(of: status.group))
        let system = configuration.system
        let mend = "chown \(system.owner):\(system.group) \(path) && chmod 660 \(path)"
        if status.mode & 0o007 != 0 {
            findings.error(
                "lmtp", "\(path) has mode \(status.modeText): every user of this host can deliver mail", advice: mend)
        } else if status.mode & 0o060 != 0o060 {
            findings.error(
                "lmtp", "\(path) has mode \(status.modeText): the group \(group) cannot deliver", advice: mend)
        } else if owner != system.owner || group != system.group {
            findings.warning(
                "lmtp", "\(path) belongs to \(owner):\(group), [system] says \(system.owner):\(system.group)",
                advice: mend)
        } else {
            findings.ok("lmtp", "\(path): mode \(status.modeText), \(owner):\(group)")
        }
        do throws(SocketProbe.Failure) {
            let greeting = try SocketProbe(.unix(path: path)).line()
            guard greeting.hasPrefix("220 ") else {
                throw SocketProbe.Failure(message: "it greets with \"\(greeting)\"")
            }
            findings.ok("lmtp", "\(path) greets")
        } catch {
            findings.error(
                "lmtp", "\(path): \(error.message)",
                advice: "systemctl status lightmail-lmtpd: Postfix keeps the mail meanwhile.")
        }
    }
}
