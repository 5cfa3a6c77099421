import Addressing
import EdgeLink
import Foundation
import Model
import SQLiteStore
import Secrets
import Store
import TestSupport
import Testing

@testable import Control

@Suite struct SessionGateTests {
    @Test(
        arguments: [
            (["3", "2"], nil), (["3"], nil), (["2", "3"], nil), (["4", "3"], nil), (["2"], 121), (["0"], 121),
            (["4"], 120),
            ([], 119), (["three"], 119), ([""], 119),
        ] as [([String], Int?)]
    )
    func `An agent must speak version 3`(versions: [String], expected: Int?) async throws {
        let test = try await ControlUnderTest()
        #expect(await code { try await test.open(on: 1) { $0.versions = versions } } == expected)
    }

    @Test func `What is wrong with an authtoken has its code`() async throws {
        let test = try await ControlUnderTest()
        let forged = test.first.authtoken.token.reveal().dropLast(21) + String(repeating: "x", count: 21)
        let cases: [(String, Int)] = [
            ("", 4018), ("nonsense!", 105), ("3kWfNZqTqW8dLoP0vXyBcD", 106),
            (Authtoken.new(at: 0).secret.reveal(), 107), (String(forged), 107),
        ]
        for (text, expected) in cases {
            #expect(await code { try await test.open(on: 1, token: Secret(text)) } == expected, "\(expected)")
        }
        try await test.control.revoke(test.first.authtoken.credential)
        #expect(await code { try await test.open(on: 1) } == 300)
        #expect(await code { try await test.open(on: 1, token: Secret(String(forged))) } == 107)
    }

    @Test func `An account that is suspended gets no session`() async throws {
        let test = try await ControlUnderTest()
        var account = try await test.store.get(test.first.account, as: AccountRecord.self, in: .platform)
        account.document.isSuspended = true
        try await test.store.commit([.update(account)])
        #expect(await code { try await test.open(on: 1) } == 103)
    }

    @Test(arguments: [(4096, nil), (4097, 100)] as [(Int, Int?)])
    func `Metadata has 4,096 bytes at most`(count: Int, expected: Int?) async throws {
        let test = try await ControlUnderTest()
        let metadata = String(repeating: "ä", count: count / 2) + String(repeating: "a", count: count % 2)
        #expect(await code { try await test.open(on: 1) { $0.metadata = metadata } } == expected)
    }

    @Test(arguments: [
        (Duration.zero, true), (.milliseconds(100), true), (.seconds(3600), true), (.milliseconds(99), false),
        (.seconds(3601), false), (.seconds(-1), false),
    ])
    func `Heartbeats are 100 milliseconds to an hour, or left to the edge`(value: Duration, isFine: Bool) async throws {
        let test = try await ControlUnderTest()
        let first = await code { try await test.open(on: 1) { $0.heartbeatInterval = value } }
        let second = await code { try await test.open(on: 2) { $0.heartbeatTolerance = value } }
        #expect(first == (isFine ? nil : 111))
        #expect(second == (isFine ? nil : 112))
    }

    @Test func `The gates come in order: version, token, then what the agent says`() async throws {
        let test = try await ControlUnderTest()
        let bad: (inout SessionRequest) -> Void = { $0.metadata = String(repeating: "a", count: 5000) }
        #expect(
            await code {
                try await test.open(on: 1, token: Secret("")) { request in
                    bad(&request)
                    request.versions = []
                }
            } == 119
        )
        #expect(await code { try await test.open(on: 1, token: Secret(""), bad) } == 4018)
        #expect(
            await code {
                try await test.open(on: 1) { request in
                    bad(&request)
                    request.heartbeatInterval = .seconds(-1)
                }
            } == 100
        )
    }

    @Test(arguments: [(-1, 109), (0, nil), (3, nil), (4, 109)] as [(Int, Int?)])
    func `An agent has four legs at most`(leg: Int, expected: Int?) async throws {
        let test = try await ControlUnderTest()
        #expect(await code { try await test.open(on: 1) { $0.legNumber = leg } } == expected)
    }

    @Test func `More sessions than there may be are refused, and a place that is left is given again`() async throws {
        let test = try await ControlUnderTest { $0.maximumSessions = 2 }
        try await test.open(on: 1)
        let second = try await test.open(on: 2)
        #expect(await code { try await test.open(on: 3) } == 108)
        try await test.resume(second, on: 4)
        await test.end(1, .lost)
        try await test.open(on: 5)
    }

    @Test func `A connection has one session`() async throws {
        let test = try await ControlUnderTest()
        try await test.open(on: 1)
        #expect(await code { try await test.open(on: 1) } == 109)
    }

    @Test func `While the edge drains nothing new begins`() async throws {
        let test = try await ControlUnderTest()
        try await test.open(on: 1)
        let grant = try await test.bind()
        await test.control.drain()
        #expect(await code { try await test.open(on: 2) } == 100_104)
        #expect(await code { try await test.bind() } == 100_104)
        try await test.control.unbind(grant.bindID, on: ConnectionID(1))
    }
}

@Suite struct SessionResumeTests {
    @Test func `A new session has new ids and what agents show`() async throws {
        let test = try await ControlUnderTest { $0.banner = "Welcome" }
        let one = try await test.open(on: 1)
        let two = try await test.open(on: 2)
        #expect(one.clientID != two.clientID && one.sessionID != two.sessionID)
        #expect(one.clientID.count >= 32)
        #expect(one.accountName == "Test")
        #expect(one.banner == "Welcome")
        #expect(!one.region.isEmpty)
        #expect(one.connectAddresses.isEmpty)
    }

    @Test func `Who proves a session by its cookie goes on with it`() async throws {
        let test = try await ControlUnderTest()
        let grant = try await test.open(on: 1)
        await test.end(1, .lost)
        let again = try await test.resume(grant, on: 2)
        #expect(again.clientID == grant.clientID)
        #expect(again.sessionID == grant.sessionID)
    }

    @Test func `A cookie that proves nothing gets a new session, never an error`() async throws {
        let test = try await ControlUnderTest()
        let grant = try await test.open(on: 1)
        let neighbour = try await test.open(on: 2)
        let other = try await test.otherAccount()
        let cases: [(String, String, Secret?)] = [
            (grant.clientID, "", nil), (grant.clientID, "rubbish", nil),
            (grant.clientID, String(grant.cookie.dropLast()), nil), (grant.clientID, neighbour.cookie, nil),
            (neighbour.clientID, grant.cookie, nil), ("", grant.cookie, nil),
            (grant.clientID, grant.cookie, other.token), (grant.clientID, String(repeating: "a", count: 100_000), nil),
        ]
        for (index, (clientID, cookie, token)) in cases.enumerated() {
            let new = try await test.open(on: UInt64(10 + index), token: token) { request in
                request.clientID = clientID
                request.cookie = cookie
            }
            #expect(new.clientID != grant.clientID && new.clientID != neighbour.clientID, "case \(index)")
        }
        #expect(await test.edge.view.closings.isEmpty)
    }

    @Test(arguments: [(29.0, true), (31, false)])
    func `A cookie is good for thirty days`(days: Double, isGood: Bool) async throws {
        let test = try await ControlUnderTest()
        let grant = try await test.open(on: 1)
        test.timeOfDay.advance(by: days * 86_400)
        let again = try await test.resume(grant, on: 2)
        #expect((again.clientID == grant.clientID) == isGood)
    }

    @Test func `A bind token is no cookie`() async throws {
        let test = try await ControlUnderTest()
        let grant = try await test.open(on: 1)
        let bind = try await test.bind()
        let new = try await test.open(on: 2) { request in
            request.clientID = grant.clientID
            request.cookie = bind.token
        }
        #expect(new.clientID != grant.clientID)
    }

    @Test func `A newcomer takes the session over: the old connection is closed and its URLs are free`() async throws {
        let test = try await ControlUnderTest()
        let grant = try await test.open(on: 1)
        let bind = try await test.bind("app.portico.test")
        try await test.resume(grant, on: 2)
        // All of this holds at once when the new session is granted.
        let closings = await test.edge.view.closings
        #expect(closings.map(\.connection.value) == [1])
        #expect(closings.map(\.code) == [100_312])
        #expect(await test.routed(bind.url)?.isHeld == true)

        let again = try await test.bind("app.portico.test", on: 2, id: bind.bindID)
        #expect(again.tunnelID == bind.tunnelID)
        #expect(await test.routed(bind.url)?.connections == [2])
        // The old connection is reported late: it has nothing to take away.
        await test.end(1, .graceful)
        #expect(await test.routed(bind.url)?.connections == [2])
        #expect(await code { try await test.bind("", on: 1) } == 100_311)
    }

    @Test func `Legs of one agent live side by side`() async throws {
        let test = try await ControlUnderTest()
        let grant = try await test.open(on: 1)
        try await test.resume(grant, on: 2, leg: 1)
        #expect(await test.edge.view.closings.isEmpty)
        try await test.resume(grant, on: 3, leg: 1)
        #expect(await test.edge.view.closings.map(\.connection.value) == [2])
    }

    @Test(arguments: [
        (1, "portico/1.0", 0, 0), (2, "portico/1.0", 0, 2), (4, "my-app/2 portico/1.0", 0, 4), (9, "portico/1.0", 0, 4),
        (2, "ngrok-go/2.1.1", 0, 0), (2, "ngrok-go/2.1.1", 1, 2), (2, "notportico/1.0", 0, 0),
    ])
    func `Only those who can are told to open more legs`(legs: Int, agent: String, leg: Int, count: Int) async throws {
        let test = try await ControlUnderTest { $0.legs = legs }
        let grant = try await test.open(on: 1) { request in
            request.userAgent = agent
            request.legNumber = leg
        }
        #expect(grant.connectAddresses == Array(repeating: "connect.portico.test:443", count: count))
    }
}

@Suite struct SessionRaceTests {
    @Test func `A store that is away for a moment costs nobody a session`() async throws {
        let away = UnsteadyStore.Switch()
        let test = try await ControlUnderTest(away: away)
        away.failNext(3)
        async let grant = test.open(on: 1)
        for _ in 0..<3 {
            await test.clock.waitForSleepers(1)
            test.clock.advance(by: .milliseconds(250))
        }
        #expect(try await !grant.clientID.isEmpty)
    }

    @Test func `A store that stays away is waited for half a minute`() async throws {
        let away = UnsteadyStore.Switch()
        let test = try await ControlUnderTest(away: away)
        away.failNext(.max)
        async let result = code { try await test.open(on: 1) }
        for _ in 0..<120 {
            await test.clock.waitForSleepers(1)
            test.clock.advance(by: .milliseconds(250))
        }
        #expect(await result == 741)
    }

    @Test func `A connection that ends while its session is opened leaves nothing behind`() async throws {
        let away = UnsteadyStore.Switch()
        let test = try await ControlUnderTest(away: away) {
            $0.maximumSessions = 1
        }
        away.afterNextGet { await test.end(1, .lost) }
        #expect(await code { try await test.open(on: 1) } == 100_311)
        try await test.open(on: 2)
    }

    @Test func `Who is revoked while its session is opened does not get it`() async throws {
        let away = UnsteadyStore.Switch()
        let test = try await ControlUnderTest(away: away)
        away.afterNextGet {
            // It works, or the session below is granted and the test fails.
            try? await test.control.revoke(test.first.authtoken.credential)
        }
        #expect(await code { try await test.open(on: 1) } == 300)
    }
}
