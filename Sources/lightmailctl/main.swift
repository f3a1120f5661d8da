// lightmailctl: the administrator's command line.

await LightMailControl.runToExit()
