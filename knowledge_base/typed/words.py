"""The words of questions about programs that carry no meaning of their own beyond the question."""

from __future__ import annotations


def listed(text: str) -> frozenset[str]:
    """The words of a text."""
    return frozenset(text.split())


FILLER = listed(
    """a an the i i'm im i'd me my we you your u it its it's this that these those them they their
    there is are be being am has have had would wld could can do does of for to in at on by with
    if and or then plus n so just only please pls plz thanks thank thx hi hello hey tell show
    give know want wanna need like think thinking thinkin about both together between two three
    four one one's ones program programs programme programmes course courses class classes
    certificate certificates cert certs credential credentials microcredential microcredentials
    training what whats what's which how hows when where take takes taking took get go going study
    studying enroll enrol sign up us all also u exactly roughly approximately around right now
    today currently ok okay well should s as any actually wondering wonder see find out let lets
    help really again still even versus vs will i'll id much many question quick btw hmm oh
    sorry may ask"""
)
"""Words that ask, greet or join, with any question."""
COST = listed(
    """cost costs costing price prices priced pricing pay paying total totals altogether
    combined sum whole overall full in all everything including incl fee fees material materials
    expensive money amount
    add added dollars usd bucks tuition"""
)
PAYING = listed("instalment instalments installment installments plan plans payment payments")
"""Words that ask how something is paid."""
CREDIT = listed("per each credit credits hour")
TIME = listed(
    """long time week weeks weekly month months day days hours hour per each finish finished
    finishing done end ends complete completed completing max maximum spend put free left until till
    before deadline deadlines apply application applications applying remaining start starts
    started starting begin begins began beginning date last over graduate due close closes spare
    able clock contact total whole entire entirely work altogether many at"""
)
COMPARING = listed(
    """compare compared comparing comparison comparisons diff difference differences different
    differ differs vs versus v side by better best than or more less terms regarding table
    each against us choose pick decide deciding choosing between"""
)
BETTER = listed(
    """cheaper cheapest expensive pricier priciest shorter shortest faster fastest quicker quickest
    longer longest sooner soonest earlier earliest least most week weekly first"""
)
