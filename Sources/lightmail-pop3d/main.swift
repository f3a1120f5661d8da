// lightmail-pop3d: INBOX over POP3.

import LightMailDaemon
import POP3Server

await Daemon.run(.pop3d) { context in
    try await POP3Service.start(in: context)
}
