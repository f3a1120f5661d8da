// lightmail-lmtpd: mail from Postfix over LMTP.

import LightMailDaemon
import SMTPServer

await Daemon.run(.lmtpd) { context in
    try await LMTPService.start(in: context)
}
