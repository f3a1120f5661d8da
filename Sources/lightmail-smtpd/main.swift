// lightmail-smtpd: mail over SMTP.

import LightMailDaemon
import SMTPServer

await Daemon.run(.smtpd) { context in
    try await SMTPService.start(in: context)
}
