"""Words of a wish that carry no condition: nouns for programs, small talk, vague praise."""

from __future__ import annotations

HEADS = frozenset(
    """program programme course class certificate certification credential microcredential badge
    training workshop module offering bootcamp""".split()
)
"""What a program is called; before such a noun stands its topic."""
STOP = HEADS | frozenset(
    """a an the i me my we our you your it its they them their this that these those there here
    is are am was were be been being do does did have has had having can could will would shall
    should may might must to of for in on at by with from as into about around than so if then
    when while which what who whom whose how where why anything something everything any some
    one ones all every each both other only just even still more most much many very too really
    quite also please thanks thank hi hello hey dear ok okay yes well want wants need needs like
    looking look search searching find showing show list give tell get see help know let us
    interested interest wish wishing hope hoping prefer preferably ideally maybe perhaps possibly
    think thinking consider considering offer offers offered offering provide available possible
    take takes taking taken pay paid study studying learn learning teach teaches teaching taught
    cover covers covering focus focused include includes including involve involves involving
    related regarding concerning subject topic area field option thing stuff people person
    someone student adult worker work works working full part time job jobs career careers due
    start starting finish cost costing price tuition week weekly month year day hour now
    currently right away make made go going come use using new micro up out over under level
    prepare prepares don't didn't i'm i'd i've i'll it's that's they're what's which's got exist
    held happen happens happening delivered feel kind type sort range spend afford budget credit
    money total worth enrol enroll sign register apply applying near run count located location
    place begin begins beginning college school deadline date after before within during until
    between through toward per way ways nothing none eligible lead leads leading got after before
    today later first next last whether because since once together else again
    anywhere delivery lasting duration length end ends format mode skill skills though lol haha
    totally completely entirely itself pls plz hmm ugh damn wow omg btw sorry oh idea mean said say
    super always never mind""".split()
)
"""Words that are passed over: they join, ask, or are said with every wish."""
IGNORED = HEADS | frozenset("a an the of to for in on at by with and or after before".split())
"""Words that a topic does not end with."""
VAGUE = frozenset(
    """cheap affordable inexpensive expensive short long quick fast soon flexible easy hard good
    big bigger large small best better great nice recommended popular interesting useful evening
    weekend self paced""".split()
)
"""Words that set no bound; they are reported, so that the student can say what is meant."""
ABOUT = frozenset(
    "about in on regarding concerning covering cover covers teach teaches learn learning study "
    "studying involving involves related around into".split()
)
"""Words after which a topic is named."""
