import Glibc
import NIOSSL

/// Whether each certificate can be read, belongs to its key, names this host and is good for some time yet.
struct CertificateCheck {
    /// Days before the end from which on an administrator should act.
    private static let notice = 21
    private static let day = 86_400

    private let configuration: Configuration

    init(_ configuration: Configuration) {
        self.configuration = configuration
    }

    func run() -> [Finding] {
        var findings = Findings("certificates")
        for pair in configuration.certificates where !pair.certificate.isEmpty {
            let check = "[\(pair.section)]"
            do throws(TLSError) {
                _ = try TLSProvider(certificate: pair.certificate, key: pair.key)
            } catch {
                findings.error(
                    check, "\(error)", advice: "Put the chain (own certificate first) and its key there, both as PEM.")
                continue
            }
            guard let own = try? NIOSSLCertificate.fromPEMFile(pair.certificate).first else { continue }
            validity(own, pair.certificate, check, &findings)
            names(own, pair.certificate, check, &findings)
        }
        if findings.list.isEmpty {
            findings.warning(
                "none", "no section has tls_cert and tls_key: nothing is encrypted",
                advice: "Set them with enable_ssl = true, unless a proxy in front ends TLS.")
        }
        return findings.list
    }

    private func validity(
        _ certificate: NIOSSLCertificate, _ path: String, _ check: String, _ findings: inout Findings
    ) {
        let now = time(nil)
        let days = (certificate.notValidAfter - now) / Self.day
        let renew = "Renew it, then systemctl reload the daemons: sessions go on."
        if certificate.notValidBefore > now {
            findings.error(
                check, "\(path) is not valid yet", advice: "Wait, or correct this host's clock.")
        } else if certificate.notValidAfter <= now {
            findings.error(check, "\(path) has expired", advice: renew)
        } else if days < Self.notice {
            findings.warning(check, "\(path) is valid for \(days) more days", advice: renew)
        } else {
            findings.ok(check, "\(path) belongs to its key and is valid for \(days) more days")
        }
    }

    private func names(
        _ certificate: NIOSSLCertificate, _ path: String, _ check: String, _ findings: inout Findings
    ) {
        let names = certificate._subjectAlternativeNames().filter { $0.nameType == .dnsName }.map { name in
            name.contents.withUnsafeBufferPointer { String(decoding: $0, as: UTF8.self) }
        }
        let host = configuration.system.hostname
        if names.contains(where: { Self.covers($0, host) }) {
            findings.ok(check, "\(path) is for \(names.joined(separator: ", "))")
        } else {
            let for_ = names.isEmpty ? "no name of a host" : names.joined(separator: ", ")
            findings.warning(
                check, "\(path) is for \(for_), and [system] hostname is \(host)",
                advice: "Nothing to do, if clients connect by one of those names; else get one that names \(host).")
        }
    }

    /// RFC 6125 6.4.3: an asterisk stands for the whole of the leftmost label, and for no more.
    static func covers(_ pattern: String, _ host: String) -> Bool {
        let (pattern, host) = (pattern.lowercased(), host.lowercased())
        guard pattern.hasPrefix("*.") else { return pattern == host }
        guard let dot = host.firstIndex(of: "."), dot != host.startIndex else { return false }
        return host[dot...] == pattern.dropFirst()
    }
}
