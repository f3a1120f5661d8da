import LightMailDaemon

Daemon.exitAsUnreleased(.apid)
