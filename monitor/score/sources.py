"""The literature behind the model, by the short names that the table uses."""

from typing import Final

# Source: each entry is its own.
SOURCES: Final[dict[str, str]] = {
    "WHO 1999": "Berglund, Lindvall, Schwela (WHO): Guidelines for Community Noise, 1999",
    "WHO 2009": "WHO Regional Office for Europe: Night Noise Guidelines for Europe, 2009",
    "WHO 2018 noise": "WHO: Environmental Noise Guidelines for the European Region, 2018",
    "WHO 2018 housing": "WHO: Housing and Health Guidelines, 2018",
    "EN 16798-1": "EN 16798-1:2019, indoor environmental input parameters, Annex B",
    "IEC 61672-1": "IEC 61672-1:2013, sound level meters",
    "Basner 2006": "Basner, Samel, Isermann 2006, J Acoust Soc Am, doi 10.1121/1.2184247",
    "Basner 2018": "Basner, McGuire 2018, doi 10.3390/ijerph15030519",
    "Basner 2023": "Basner et al. 2023, Sleep Health, doi 10.1016/j.sleh.2023.02.010",
    "Röösli 2019": "Röösli et al. 2019, Int J Environ Res Public Health 16:3790",
    "Okamoto-Mizuno 2012": "Okamoto-Mizuno, Mizuno 2012, J Physiol Anthropol 31:14",
    "Tsuzuki 2018": "Tsuzuki et al. 2018, Buildings 8:76",
    "Baniassadi 2023": "Baniassadi et al. 2023, Sci Total Environ 899:165623",
    "CIBSE": "CIBSE Guide A and TM59, overheating of bedrooms",
    "ASHRAE 55": "ANSI/ASHRAE Standard 55, humidity limit (dew point 16.8 °C)",
    "Magnus": "Magnus formula over water with 17.62 and 243.12 for °C (WMO-No. 8, 4.B)",
    "Brown 2022": "Brown et al. 2022, PLoS Biol 20:e3001571",
    "Mason 2022": "Mason et al. 2022, PNAS 119:e2113290119",
    "Cho 2016": "Cho et al. 2016 and 2018, light of 5-10 lx during sleep",
    "Obayashi 2016": "Obayashi et al. 2016 and 2018, bedroom light of 3-5 lx",
    "Phillips 2019": "Phillips et al. 2019, PNAS 116:12019",
    "Rahman 2017": "Rahman et al. 2017, PMC5374060",
    "Rahman 2019": "Rahman et al. 2019, PMC6928018",
    "CIE S 026": "CIE S 026:2018, metrology of ipRGC-influenced responses to light",
}
