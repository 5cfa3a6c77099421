extension ErrorCode {
    /// What people meet at the web pages of an edge.
    static let dashboard: [ErrorCode] = [
        .signInRefused, .signInTooOften, .secondFactorWrong, .signedOut, .passwordUnfit, .doorLinkSpent, .formForeign,
        .formUnreadable, .pageUnknown, .roleMissing, .pageFailed, .memberUnknown, .lastAdministrator, .memberSelf,
        .signInUninvited, .signInByProvider,
    ]

    package static let signInRefused = ErrorCode(
        100700,
        status: 401,
        meaning: "The e-mail address and the password do not belong together.",
        remedy: "Check both. 'portico-edge user link --email ADDRESS' makes a link with which a new password is set."
    )

    package static let signInTooOften = ErrorCode(
        100701,
        status: 429,
        meaning: "There were too many attempts to sign in from this address, or as this user.",
        remedy: "Wait a few minutes, and try again."
    )

    package static let secondFactorWrong = ErrorCode(
        100702,
        status: 401,
        meaning: "The code is not the one that the second factor shows now, or was used already.",
        remedy: "Wait for the next code, check the clock of the device, or use a recovery code."
    )

    package static let signedOut = ErrorCode(
        100703,
        status: 401,
        meaning: "Nobody is signed in, or the session has ended.",
        remedy: "Sign in again."
    )

    package static let passwordUnfit = ErrorCode(
        100704,
        status: 400,
        meaning: "The password is too short, too long, or not the same twice.",
        remedy: "Choose one of 10 to 256 characters, and repeat it."
    )

    package static let doorLinkSpent = ErrorCode(
        100705,
        status: 410,
        meaning: "The link was used, was withdrawn, or has expired.",
        remedy: "Ask an administrator for a new one, or make one with 'portico-edge user link'."
    )

    package static let formForeign = ErrorCode(
        100706,
        status: 403,
        meaning: "The form was not sent by a page of this session.",
        remedy: "Load the page again, and send the form from there."
    )

    package static let formUnreadable = ErrorCode(
        100707,
        status: 400,
        meaning: "What was sent is no form that this page has, or is too large.",
        remedy: "Load the page again, and send the form from there."
    )

    package static let pageUnknown = ErrorCode(
        100708,
        status: 404,
        meaning: "There is no such page.",
        remedy: "Go on from the overview, or search for what you look for."
    )

    package static let roleMissing = ErrorCode(
        100709,
        status: 403,
        meaning: "The role of the user does not allow it.",
        remedy: "Ask an administrator of the account to do it, or to change the role."
    )

    package static let pageFailed = ErrorCode(
        100710,
        status: 500,
        meaning: "The page could not be made, by a fault of the edge.",
        remedy: "Try again. The edge's log has the cause under the operation that the page names."
    )

    package static let memberUnknown = ErrorCode(
        100711,
        status: 404,
        meaning: "The account has no such member, session or invitation.",
        remedy: "Look at the list again: it may have been removed meanwhile."
    )

    package static let lastAdministrator = ErrorCode(
        100712,
        status: 409,
        meaning: "The account would be left without an administrator.",
        remedy: "Make another member an administrator first."
    )

    package static let memberSelf = ErrorCode(
        100713,
        status: 409,
        meaning: "Nobody disables or removes themselves.",
        remedy: "Ask another administrator."
    )

    package static let signInUninvited = ErrorCode(
        100714,
        status: 403,
        meaning: "The identity provider knows the person, and no account of this edge does.",
        remedy: "Ask an administrator for an invitation to the e-mail address that the provider tells."
    )

    package static let signInByProvider = ErrorCode(
        10078,
        status: 403,
        meaning: "Members of this edge sign in with its identity provider, and with no password.",
        remedy: """
            Go on with the button of the provider. 'portico-edge user link' is the way in where it does not answer.
            """
    )
}
