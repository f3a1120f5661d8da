import IMAPSyntax
import LightMailCore
import LightMailDaemon
import Spans

// From a job to its ending: the checks before a command, the sync exit after it, then the tagged reply.

extension Session {
    mutating func perform(_ job: Job) async -> Ending {
        do {
            switch job {
            case .command(let job):
                let entry = CommandTable.entry(for: job.tagged.command)
                return try await Spans.run(
                    "imap.\(entry.name.rawValue)", .server, ["lightmail.session": .string(connection.sessionID)]
                ) { try await run(job, entry) }
            case .line(let line): return try await resume(with: line)
            case .wake: return await tellNews()
            }
        } catch CommandFailure.brokenLiteral(let error) {
            logger.error("a message broke off", metadata: [LogKey.error: "\(error)"])
            return Ending(bytes: [], action: .abort)
        } catch {
            // Nobody is there to be answered.
            return Ending(bytes: [], action: .abort)
        }
    }

    private mutating func run(_ job: TaggedCommandJob, _ entry: CommandTable.Entry) async throws -> Ending {
        var ending = Ending(bytes: [])
        let start = ContinuousClock.now
        let completion = try await completing {
            (session) throws in
            try session.check(entry.state)
            do {
                try await session.reviewRights()
            } catch let error as StoreError where error.kind == .notFound {
                session.loseMailbox(&ending)
                throw CommandFailure.no("The mailbox is gone", .nonExistent)
            }
            if session.usesUIDOnly, job.tagged.command.namesMessageNumbers { throw CommandFailure.uidRequired }
            return try await session.execute(job, &ending)
        }
        // Its tagged reply comes when the client has said the rest.
        if dialogue == nil {
            await end(job.tagged.tag, entry, completion, &ending)
            service.metrics.commandTime.observe(.now - start)
        }
        ending.bytes = out.takeBytes()
        return ending
    }

    /// Runs `body` and makes a reply of what it throws.
    private mutating func completing(
        _ body: (inout Session) async throws -> Completion
    ) async throws -> Completion {
        do {
            return try await body(&self)
        } catch CommandFailure.completion(let completion) {
            return completion
        } catch let error as StoreError {
            return report(error)
        }
    }

    /// The reply to an error of the store, and its trace in the log.
    func report(_ error: StoreError) -> Completion {
        switch error.kind {
        case .unavailable: logger.warning("the store does not answer", metadata: [LogKey.error: "\(error)"])
        case .internal, .corrupt: logger.error("the store failed", metadata: [LogKey.error: "\(error)"])
        default: break
        }
        return ErrorReplies.completion(for: error)
    }

    /// The end of every command: what others did, then the tagged reply.
    mutating func end(
        _ tag: String, _ entry: CommandTable.Entry, _ completion: Completion, _ ending: inout Ending
    ) async {
        let result: IMAPMetrics.Result
        switch completion {
        case .ok: result = .ok
        case .no: result = .no
        case .bad: result = .bad
        }
        service.metrics.count(entry.name, result)
        Spans.note("imap.result", result.rawValue)
        badCommands = result == .bad ? badCommands + 1 : 0
        if selected != nil, !isDeaf || entry.changesMessages, case .proceed = ending.action {
            await synchronizeQuietly(expunging: entry.mayExpunge, showingUIDs: entry.showsUIDs, &ending)
        }
        out.append(.tagged(tag, completion))
        if badCommands >= service.limits.badCommands {
            noteCut(.invalid)
            out.append(.bye(ResponseText(SessionCut.invalid.text)))
            ending.action = .close
        }
    }

    /// The server ends the session.
    func noteCut(_ cut: SessionCut) {
        service.metrics.count(cut)
        logger.notice("session cut", metadata: [LogKey.reason: "\(cut.rawValue)"])
    }

    /// RFC 9051 3, 6: whether the state allows the command.
    private func check(_ state: CommandTable.State) throws(CommandFailure) {
        switch state {
        case .any: break
        case .notAuthenticated:
            if isAuthenticated { throw .bad("Already logged in") }
        case .authenticated:
            if !isAuthenticated { throw .bad("Log in first") }
        case .selected:
            if !isAuthenticated { throw .bad("Log in first") }
            if selected == nil { throw .bad("Select a mailbox first") }
        }
    }

    private mutating func execute(_ job: TaggedCommandJob, _ ending: inout Ending) async throws -> Completion {
        let tag = job.tagged.tag
        switch job.tagged.command {
        case .capability: return capability()
        case .noop: return try await noop()
        case .logout: return logout(&ending)
        case .id(let fields): return id(fields)
        case .startTLS: return try startTLS(&ending)
        case .authenticate(let mechanism, let initial):
            return try await authenticate(tag, mechanism, initial, &ending)
        case .login(let user, let password): return try await login(user, password, &ending)
        case .enable(let names): return enable(names)
        case .select(let name, let parameters): return try await select(name, parameters, readOnly: false)
        case .examine(let name, let parameters): return try await select(name, parameters, readOnly: true)
        case .create(let name, let uses): return try await create(name, uses)
        case .delete(let name): return try await delete(name)
        case .rename(let old, let new): return try await rename(old, to: new)
        case .subscribe(let name): return try await subscribe(name)
        case .unsubscribe(let name): return try await unsubscribe(name)
        case .list(let command): return try await list(command)
        case .lsub(let reference, let pattern): return try await lsub(reference, pattern)
        case .namespace: return namespace()
        case .status(let name, let items): return try await status(name, items)
        case .append(let command): return try await append(command, job.literal)
        case .replace(let number, let command, let uid):
            return try await replace(number, command, uid: uid, job.literal)
        case .compress(let algorithm): return try compress(algorithm, &ending)
        case .unauthenticate: return try unauthenticate(&ending)
        case .idle: return try await idle(tag)
        case .notify(let command): return try await notify(command)
        case .getQuota(let root): return try await getQuota(root)
        case .getQuotaRoot(let name): return try await getQuotaRoot(name)
        case .setQuota(let root, let limits): return try await setQuota(root, limits)
        case .setACL(let name, let identifier, let change): return try await setACL(name, identifier, change)
        case .deleteACL(let name, let identifier): return try await deleteACL(name, identifier)
        case .getACL(let name): return try await getACL(name)
        case .listRights(let name, let identifier): return try await listRights(name, identifier)
        case .myRights(let name): return try await myRights(name)
        case .getMetadata(let command): return try await getMetadata(command)
        case .setMetadata(let name, let entries): return try await setMetadata(name, entries)
        case .check: return try await noop()
        case .close: return try await close()
        case .unselect: return unselect()
        case .expunge: return try await expunge(nil)
        case .uidExpunge(let set): return try await expunge(set)
        case .search(let command, let uid): return try await search(tag, command, uid: uid)
        case .cancelUpdate(let tags): return try cancelUpdate(tags)
        case .multiSearch(let command): return try await multiSearch(tag, command)
        case .sort(let command, let uid): return try await sort(tag, command, uid: uid)
        case .thread(let command, let uid): return try await thread(tag, command, uid: uid)
        case .fetch(let command, let uid): return try await fetch(command, uid: uid)
        case .store(let command, let uid): return try await storeFlags(command, uid: uid)
        case .copy(let set, let name, let uid): return try await copy(set, to: name, uid: uid)
        case .move(let set, let name, let uid): return try await move(set, to: name, uid: uid)
        }
    }

    private mutating func resume(with line: [UInt8]) async throws -> Ending {
        var ending = Ending(bytes: [])
        let tag: String
        let entry: CommandTable.Entry
        let completion: Completion
        switch dialogue {
        case .authenticate(let started):
            tag = started
            entry = CommandTable.entry(for: .authenticate(mechanism: "", initialResponse: nil))
            completion = try await completing { (session) throws in
                try await session.continueAuthentication(tag, line, &ending)
            }
        case .idle(let started):
            tag = started
            entry = CommandTable.entry(for: .idle)
            completion = done(line)
        case nil:
            return ending
        }
        if dialogue == nil { await end(tag, entry, completion, &ending) }
        ending.bytes = out.takeBytes()
        return ending
    }
}
